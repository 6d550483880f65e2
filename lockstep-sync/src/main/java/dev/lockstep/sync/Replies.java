package dev.lockstep.sync;

import dev.lockstep.topology.Position;
import dev.lockstep.topology.ReplicationInfo;
import dev.lockstep.topology.Role;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Single questions to one node, whose answers are waited for. Confined to one thread. */
final class Replies {

    private static final Words MULTI = Words.of("MULTI");
    private static final Words EXEC = Words.of("EXEC");

    private final Link link;
    private final Duration patience;

    Replies(Outlet outlet, Duration patience) {
        this(outlet.link(), patience);
    }

    Replies(Link link, Duration patience) {
        this.link = link;
        this.patience = patience;
    }

    CompletableFuture<Reply> send(Words command) {
        return link.call(command);
    }

    /** Sends a command and waits for its reply, which may be a refusal. */
    Reply tell(Words command) throws Setback, InterruptedException {
        return told(send(command), command);
    }

    /** Sends a command and waits for its reply. */
    Reply ask(Words command) throws Setback, InterruptedException {
        return answer(send(command), command);
    }

    /** Sends commands that are carried out at one moment, and waits for their replies. */
    List<Reply> together(Words... commands) throws Setback, InterruptedException {
        List<CompletableFuture<Reply>> queued = new ArrayList<>();
        queued.add(send(MULTI));
        for (Words command : commands) {
            queued.add(send(command));
        }
        Reply told = ask(EXEC);
        for (CompletableFuture<Reply> each : queued) {
            answer(each, EXEC);
        }
        List<Reply> replies = elements(told);
        for (int i = 0; i < replies.size(); i++) {
            answer(CompletableFuture.completedFuture(replies.get(i)), commands[i]);
        }
        return replies;
    }

    /**
     * Waits for the reply to a command that was sent.
     *
     * @throws Setback if it does not come, or is a refusal that may pass
     * @throws SyncException if it is another refusal
     */
    Reply answer(CompletableFuture<Reply> reply, Words command) throws Setback, InterruptedException {
        Reply told = told(reply, command);
        if (told instanceof Reply.Failure failure) {
            String why = link.node() + " answered " + command.name() + " with: " + failure.text();
            if (Refusal.isPassing(failure)) {
                throw new Setback(why);
            }
            throw new SyncException(why + advice(command, failure));
        }
        return told;
    }

    /** As {@link #answer}, but a refusal is an answer too. */
    Reply told(CompletableFuture<Reply> reply, Words command) throws Setback, InterruptedException {
        try {
            return reply.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new Setback(
                    link.node() + " did not answer " + command.name() + " within " + patience.toMillis() + " ms");
        } catch (ExecutionException e) {
            throw Setback.of(e);
        }
    }

    /** Which node. */
    @Override
    public String toString() {
        return link.node().toString();
    }

    private static String advice(Words command, Reply.Failure failure) {
        return failure.is("NOPERM") ? "; grant its user the right to call " + command.name() : "";
    }

    /** The bytes of a bulk; null for nothing. */
    static byte @Nullable [] bytes(Reply reply) {
        return reply instanceof Reply.Bulk bulk ? bulk.bytes() : null;
    }

    /** A text; null for nothing. */
    static @Nullable String text(Reply reply) {
        byte[] bytes = bytes(reply);
        return reply instanceof Reply.Status status
                ? status.text()
                : bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    static List<Reply> elements(Reply reply) {
        return reply instanceof Reply.Many many ? many.elements() : List.of();
    }

    /** Where a primary stands, by its {@code INFO replication}; null if that does not say that it is one. */
    static @Nullable Position ofPrimary(Reply info) {
        try {
            ReplicationInfo told = ReplicationInfo.parse(String.valueOf(text(info)));
            return told.role() == Role.PRIMARY ? told.position() : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
