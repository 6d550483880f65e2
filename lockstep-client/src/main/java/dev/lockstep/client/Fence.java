package dev.lockstep.client;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Keeps a write that was sent and never answered from being executed after a later one. Thread-safe. */
final class Fence {
    /* A write may sit in the socket of a frozen or slow server. If the same key is written over another connection
     * meanwhile, the server may execute the old write after the new one, and the older value returns. So before anything is
     * sent to a process over a new connection, every former connection with unanswered writes to the same process must be
     * dead at the server: CLIENT KILL ID answers only once it is, whether it still existed (1) or not (0). A process with
     * another run id has none of our old connections. On a connection that is in use already, the kill goes the way of the
     * calls, before all later ones. */

    private static final int PROCESSES_KEPT = 64;

    private final Map<String, Set<Long>> openByProcess = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Set<Long>> eldest) {
            return size() > PROCESSES_KEPT;
        }
    };

    /** Remembers that a write on a connection was never answered. */
    synchronized void unanswered(LinkIdentity link) {
        openByProcess.computeIfAbsent(link.runId(), process -> new HashSet<>()).add(link.connectionId());
    }

    /** Kills our former connections at {@code link}'s process; false if the server does not allow that. */
    CompletableFuture<Boolean> close(NodeLink link) {
        Set<Long> old;
        synchronized (this) {
            old = openByProcess.remove(link.identity.runId());
        }
        CompletableFuture<Boolean> all = CompletableFuture.completedFuture(true);
        if (old != null) {
            for (long id : old) {
                all = all.thenCombine(kill(link, id), Boolean::logicalAnd);
            }
        }
        return all;
    }

    private CompletableFuture<Boolean> kill(NodeLink link, long id) {
        CompletableFuture<Boolean> dead = new CompletableFuture<>();
        Attempt kill = new Attempt(
                new Command<>(
                        CommandType.CLIENT,
                        new IntegerOutput<>(StringCodec.ASCII),
                        new CommandArgs<>(StringCodec.ASCII)
                                .add("KILL")
                                .add("ID")
                                .add(id)),
                link,
                new Attempt.Own() {
                    @Override
                    public void answered(Attempt attempt, NodeLink from) {
                        dead.complete(attempt.error() == null); // else NOPERM
                    }

                    @Override
                    public void lost() {
                        unanswered(new LinkIdentity(link.identity.runId(), id));
                        dead.completeExceptionally(
                                new IllegalStateException("The connection was lost before the former one was killed"));
                    }
                });
        if (!link.send(kill)) {
            unanswered(new LinkIdentity(link.identity.runId(), id));
            dead.completeExceptionally(new IllegalStateException("The connection was lost"));
        }
        return dead;
    }
}
