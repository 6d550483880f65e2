package dev.lockstep.sync.verify;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** One command on its way to a server, and how it ended. Its reply goes to whoever asked, piece by piece. */
final class Ask extends Command<byte[], byte[], Void> {

    private record Keyword(String text) implements ProtocolKeyword {
        @Override
        public byte[] getBytes() {
            return text.getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private final boolean optional;
    private @Nullable CountDownLatch end;
    private @Nullable Throwable lost;

    private Ask(Keyword name, Reply.Tokens tokens, CommandArgs<byte[], byte[]> args, boolean optional) {
        super(name, new Reply(tokens), args);
        this.optional = optional;
    }

    /**
     * A command.
     *
     * @param words its name, then its arguments: texts, bytes or whole numbers
     */
    static Ask of(Reply.Tokens tokens, Object... words) {
        return make(tokens, false, words);
    }

    /** As {@link #of} of a command that a server may lack or refuse: the asker does without. */
    static Ask ifAllowed(Reply.Tokens tokens, Object... words) {
        return make(tokens, true, words);
    }

    private static Ask make(Reply.Tokens tokens, boolean optional, Object... words) {
        CommandArgs<byte[], byte[]> args = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        for (int i = 1; i < words.length; i++) {
            if (words[i] instanceof byte[] bytes) {
                args.addKey(bytes);
            } else if (words[i] instanceof Number number) {
                args.add(number.longValue());
            } else {
                args.add(words[i].toString());
            }
        }
        return new Ask(new Keyword(words[0].toString()), tokens, args, optional);
    }

    /** Whether its answer can be done without. */
    boolean isOptional() {
        return optional;
    }

    /** To be counted down when it has ended, well or not. */
    void ends(CountDownLatch latch) {
        end = latch;
    }

    /** What the server answered instead of a reply; null if it replied, or nothing came. */
    @Nullable
    String refusal() {
        return getOutput().hasError() ? getOutput().getError() : null;
    }

    /** Why no answer came; null if one did. */
    @Nullable
    Throwable loss() {
        return lost;
    }

    /** For people: the command's name, in lower case for rights. */
    String commandName() {
        return getType().toString().toLowerCase(Locale.ROOT);
    }

    @Override
    public void complete() {
        super.complete();
        ended();
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
        lost = failure;
        boolean done = super.completeExceptionally(failure);
        ended();
        return done;
    }

    @Override
    public void cancel() {
        super.cancel();
        if (lost == null) {
            lost = new CancellationException("the connection was closed");
        }
        ended();
    }

    private void ended() {
        CountDownLatch latch = end;
        end = null;
        if (latch != null) {
            latch.countDown();
        }
    }
}
