package dev.lockstep.client;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Keeps a write that was sent and never answered from being executed after a later one. Thread-safe. */
final class Fence {
    /* A write may sit in the socket of a frozen or slow server. If the same key is written over another connection
     * meanwhile, the server may execute the old write after the new one, and the older value returns. So before anything is
     * sent to a process over a new connection, every former connection with unanswered writes to the same process must be
     * dead at the server: CLIENT KILL ID answers only once it is, whether it still existed (1) or not (0). A process with
     * another run id has none of our old connections. */

    private final Map<String, Set<Long>> openByProcess = new HashMap<>();

    /** Remembers that a write on a connection was never answered. */
    synchronized void unanswered(LinkIdentity link) {
        openByProcess.computeIfAbsent(link.runId(), process -> new HashSet<>()).add(link.connectionId());
    }

    /** Kills our former connections at {@code link}'s process; false if the server does not allow that. */
    CompletableFuture<Boolean> close(NodeLink link, LinkOpener opener) {
        Set<Long> old;
        synchronized (this) {
            Set<Long> found = openByProcess.get(link.identity.runId());
            if (found == null || found.isEmpty()) {
                return CompletableFuture.completedFuture(true);
            }
            old = Set.copyOf(found);
        }
        CompletableFuture<Boolean> all = CompletableFuture.completedFuture(true);
        for (long id : old) {
            all = all.thenCombine(kill(link, id, opener), Boolean::logicalAnd);
        }
        return all.thenApply(dead -> {
            synchronized (this) {
                openByProcess.getOrDefault(link.identity.runId(), Set.of()).removeAll(old);
            }
            return dead;
        });
    }

    private static CompletableFuture<Boolean> kill(NodeLink link, long id, LinkOpener opener) {
        AsyncCommand<String, String, Long> kill = new AsyncCommand<>(new Command<>(
                CommandType.CLIENT,
                new IntegerOutput<>(StringCodec.ASCII),
                new CommandArgs<>(StringCodec.ASCII).add("KILL").add("ID").add(id)));
        link.direct(kill);
        return opener.bounded(kill).handle((killed, refused) -> {
            if (refused instanceof RedisCommandExecutionException) {
                return false; // NOPERM
            }
            if (refused != null) {
                throw new CompletionException(refused);
            }
            return true;
        });
    }
}
