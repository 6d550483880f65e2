package dev.lockstep.client.lettuce;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
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

    private final List<Consumer<CommandOutput<?, ?, ?>>> events = new ArrayList<>();

    @SuppressWarnings("NullAway") // Lettuce's outputs start with a null result
    public Recording() {
        super(ByteArrayCodec.INSTANCE, null);
    }

    /** Plays everything that was recorded into {@code target}, in order. */
    public void replay(CommandOutput<?, ?, ?> target) {
        events.forEach(event -> event.accept(target));
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        ByteBuffer copy = copy(bytes);
        events.add(target -> target.set(rewound(copy)));
    }

    @Override
    public void setSingle(@Nullable ByteBuffer bytes) {
        ByteBuffer copy = copy(bytes);
        events.add(target -> target.setSingle(rewound(copy)));
    }

    @Override
    public void setBigNumber(@Nullable ByteBuffer bytes) {
        ByteBuffer copy = copy(bytes);
        events.add(target -> target.setBigNumber(rewound(copy)));
    }

    @Override
    public void set(long integer) {
        events.add(target -> target.set(integer));
    }

    @Override
    public void set(double number) {
        events.add(target -> target.set(number));
    }

    @Override
    public void set(boolean value) {
        events.add(target -> target.set(value));
    }

    @Override
    public void setError(ByteBuffer error) {
        ByteBuffer copy = copy(error);
        events.add(target -> target.setError(rewound(copy)));
        super.setError(error);
    }

    @Override
    public void setError(String error) {
        events.add(target -> target.setError(error));
        super.setError(error);
    }

    @Override
    public void multi(int count) {
        events.add(target -> target.multi(count));
    }

    @Override
    public void multiArray(int count) {
        events.add(target -> target.multiArray(count));
    }

    @Override
    public void multiPush(int count) {
        events.add(target -> target.multiPush(count));
    }

    @Override
    public void multiMap(int count) {
        events.add(target -> target.multiMap(count));
    }

    @Override
    public void multiSet(int count) {
        events.add(target -> target.multiSet(count));
    }

    @Override
    public void complete(int depth) {
        events.add(target -> target.complete(depth));
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
