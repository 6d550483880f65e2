package dev.lockstep.sync.verify;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A reply that is passed on piece by piece as it arrives, and kept nowhere. For protocol version 2. */
final class Reply extends CommandOutput<byte[], byte[], Void> {

    /** Takes the pieces of a reply, on the thread that reads the connection. */
    interface Tokens {
        /**
         * A text.
         *
         * @param bytes valid only during the call; null for a null
         * @param depth 0 for a reply that is no array, 1 within one, 2 within one in that
         * @param index its place in its array
         */
        void text(@Nullable ByteBuffer bytes, int depth, int index);

        /** A number, with its place as for {@link #text}. */
        default void number(long number, int depth, int index) {
            throw new IllegalStateException("A server told a number where none was expected");
        }

        /** An array within the outermost one is complete; depth and index are those of its elements' array. */
        default void end(int depth, int index) {}
    }

    private static final int OUTERMOST = 1;

    private final Tokens tokens;
    private int[] left = new int[4];
    private int[] sizes = new int[4];
    private int depth;

    @SuppressWarnings("NullAway") // a reply that is kept nowhere has no value
    Reply(Tokens tokens) {
        super(ByteArrayCodec.INSTANCE, null);
        this.tokens = tokens;
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        tokens.text(bytes, depth, index());
        taken();
    }

    @Override
    public void set(long number) {
        tokens.number(number, depth, index());
        taken();
    }

    @Override
    public void multi(int count) {
        if (count < 0) {
            set((ByteBuffer) null);
            return;
        }
        depth++;
        if (depth == left.length) {
            left = Arrays.copyOf(left, 2 * depth);
            sizes = Arrays.copyOf(sizes, 2 * depth);
        }
        left[depth] = count;
        sizes[depth] = count;
        closeWhatIsFull();
    }

    private int index() {
        return depth == 0 ? 0 : sizes[depth] - left[depth];
    }

    private void taken() {
        if (depth > 0) {
            left[depth]--;
            closeWhatIsFull();
        }
    }

    private void closeWhatIsFull() {
        while (depth > 0 && left[depth] == 0) {
            depth--;
            if (depth >= OUTERMOST) {
                tokens.end(depth, index());
                left[depth]--;
            }
        }
    }
}
