package dev.lockstep.client.lettuce;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A reply taken down as it is decoded, to be played into the caller's own output once it is known to be whole and valid.
 *
 * <p>Without it a connection that breaks in the middle of an array leaves its first elements in the caller's output, and
 * the retry adds them again.
 */
public final class Recording extends CommandOutput<byte[], byte[], Void> {

    private sealed interface Event {
        void play(CommandOutput<?, ?, ?> target);
    }

    /** A string, or a nil. */
    private record Text(@Nullable ByteBuffer bytes) implements Event {
        @Override
        public void play(CommandOutput<?, ?, ?> target) {
            target.set(rewound(bytes));
        }
    }

    private record Whole(long value) implements Event {
        @Override
        public void play(CommandOutput<?, ?, ?> target) {
            target.set(value);
        }
    }

    private record Other(Consumer<CommandOutput<?, ?, ?>> event) implements Event {
        @Override
        public void play(CommandOutput<?, ?, ?> target) {
            event.accept(target);
        }
    }

    private final List<Event> events = new ArrayList<>();
    private boolean substance;
    private boolean gap;

    @SuppressWarnings("NullAway") // Lettuce's outputs start with a null result
    public Recording() {
        super(ByteArrayCodec.INSTANCE, null);
    }

    /** Plays everything that was recorded into {@code target}, in order. */
    public void replay(CommandOutput<?, ?, ?> target) {
        for (int i = 0; i < events.size(); i++) {
            events.get(i).play(target);
        }
    }

    /** The same recording with another first string. */
    public Recording withFirst(String text) {
        Recording changed = new Recording();
        boolean done = false;
        for (Event event : events) {
            boolean first = !done && event instanceof Text;
            done |= first;
            changed.events.add(first ? new Text(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII))) : event);
        }
        return changed;
    }

    /** Takes over what another recording holds. */
    public void take(Recording other) {
        events.addAll(other.events);
        substance = other.substance;
        gap = other.gap;
        if (other.hasError()) {
            super.setError(other.getError());
        }
    }

    /** The strings and nils, in order. */
    public List<@Nullable ByteBuffer> strings() {
        List<@Nullable ByteBuffer> strings = new ArrayList<>();
        for (Event event : events) {
            if (event instanceof Text text) {
                strings.add(text.bytes());
            }
        }
        return strings;
    }

    /** The integers and booleans, in order. */
    public List<Long> numbers() {
        List<Long> numbers = new ArrayList<>();
        for (Event event : events) {
            if (event instanceof Whole number) {
                numbers.add(number.value());
            }
        }
        return numbers;
    }

    /** Whether nothing in it shows that the key exists: only nils, zeros, empty strings, empty lists, or an error. */
    public boolean isBare() {
        return !substance || hasError();
    }

    /** Whether its first string is this one. */
    public boolean startsWith(String text) {
        List<@Nullable ByteBuffer> strings = strings();
        ByteBuffer first = strings.isEmpty() ? null : strings.get(0);
        return first != null
                && StandardCharsets.ISO_8859_1
                        .decode(first.duplicate())
                        .toString()
                        .equals(text);
    }

    /** Whether a string is missing in it. */
    public boolean hasGap() {
        return gap;
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        ByteBuffer copy = copy(bytes);
        noteText(copy);
        events.add(new Text(copy));
    }

    @Override
    public void setSingle(@Nullable ByteBuffer bytes) {
        ByteBuffer copy = copy(bytes);
        noteText(copy);
        events.add(new Other(target -> target.setSingle(rewound(copy))));
    }

    private void noteText(@Nullable ByteBuffer copy) {
        gap |= copy == null;
        substance |= copy != null && copy.hasRemaining();
    }

    @Override
    public void setBigNumber(@Nullable ByteBuffer bytes) {
        ByteBuffer copy = copy(bytes);
        substance = true;
        events.add(new Other(target -> target.setBigNumber(rewound(copy))));
    }

    @Override
    public void set(long integer) {
        substance |= integer != 0 && integer != -2; // -2: TTL and its like, of a key that does not exist
        events.add(new Whole(integer));
    }

    @Override
    public void set(double number) {
        substance = true;
        events.add(new Other(target -> target.set(number)));
    }

    @Override
    public void set(boolean value) {
        substance |= value;
        events.add(new Other(target -> target.set(value)));
    }

    @Override
    public void setError(ByteBuffer error) {
        ByteBuffer copy = copy(error);
        events.add(new Other(target -> target.setError(rewound(copy))));
        super.setError(error);
    }

    @Override
    public void setError(String error) {
        events.add(new Other(target -> target.setError(error)));
        super.setError(error);
    }

    @Override
    public void multi(int count) {
        events.add(new Other(target -> target.multi(count)));
    }

    @Override
    public void multiArray(int count) {
        events.add(new Other(target -> target.multiArray(count)));
    }

    @Override
    public void multiPush(int count) {
        events.add(new Other(target -> target.multiPush(count)));
    }

    @Override
    public void multiMap(int count) {
        events.add(new Other(target -> target.multiMap(count)));
    }

    @Override
    public void multiSet(int count) {
        events.add(new Other(target -> target.multiSet(count)));
    }

    @Override
    public void complete(int depth) {
        events.add(new Other(target -> target.complete(depth)));
    }

    private static @Nullable ByteBuffer copy(@Nullable ByteBuffer bytes) {
        if (bytes == null) {
            return null;
        }
        ByteBuffer copy = ByteBuffer.allocate(bytes.remaining());
        copy.put(bytes.duplicate()).flip();
        return copy;
    }

    @SuppressWarnings("NullAway") // Lettuce's outputs take null for a nil reply
    private static ByteBuffer rewound(@Nullable ByteBuffer copy) {
        return copy == null ? null : copy.duplicate();
    }
}
