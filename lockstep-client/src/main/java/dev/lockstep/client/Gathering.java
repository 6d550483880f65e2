package dev.lockstep.client;

import io.lettuce.core.internal.ExceptionFactory;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.handler.codec.DecoderException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The end of a command that was sent in parts: once all have ended, their replies become one, or their failures do. */
final class Gathering {

    /** Makes one reply of several. */
    interface Joining {
        void play(List<Part> parts, CommandOutput<?, ?, ?> target);
    }

    private final RedisCommand<?, ?, ?> command;
    private final Joining joining;
    private final List<Part> parts = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger();

    Gathering(RedisCommand<?, ?, ?> command, Joining joining) {
        this.command = command;
        this.joining = joining;
    }

    /** Adds a part; all are added before the first is sent. */
    void add(Part part) {
        parts.add(part);
        open.incrementAndGet();
    }

    List<Part> parts() {
        return parts;
    }

    /** One more part has ended. */
    void ended() {
        if (open.decrementAndGet() > 0 || command.isDone()) {
            return;
        }
        List<PartlyFailedException.Failure> failures = new ArrayList<>();
        for (Part part : parts) {
            Throwable why = failure(part);
            if (why != null) {
                failures.add(new PartlyFailedException.Failure(part.about.get(), why));
            }
        }
        if (failures.isEmpty()) {
            deliver();
        } else if (parts.size() == 1) {
            command.completeExceptionally(failures.get(0).why());
        } else {
            command.completeExceptionally(together(failures));
        }
    }

    private static @Nullable Throwable failure(Part part) {
        Throwable why = part.failure();
        if (why != null) {
            return why;
        }
        return part.reply().hasError()
                ? ExceptionFactory.createExecutionException(part.reply().getError())
                : null;
    }

    private RuntimeException together(List<PartlyFailedException.Failure> failures) {
        String name = command.getType().toString();
        boolean nothingSent = failures.size() == parts.size()
                && failures.stream().allMatch(failure -> failure.why() instanceof NotSentException);
        return nothingSent
                ? new NotSentException(name + " was not sent, none of its " + parts.size() + " parts: "
                        + failures.get(0).why().getMessage())
                : new PartlyFailedException(name, parts.size(), failures);
    }

    private void deliver() {
        @Nullable CommandOutput<?, ?, ?> target = command.getOutput();
        if (target != null) {
            try {
                joining.play(parts, target);
            } catch (RuntimeException e) {
                command.completeExceptionally(new DecoderException(
                        "The replies to " + command.getType() + " arrived, but their codec cannot decode them", e));
                return;
            }
        }
        command.complete();
    }
}
