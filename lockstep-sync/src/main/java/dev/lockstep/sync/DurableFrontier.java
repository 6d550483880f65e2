package dev.lockstep.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The offset up to which the target holds everything even if its primaries are replaced by their replicas. Confined to one
 * thread.
 */
final class DurableFrontier {
    /* A failover of the target takes back data and checkpoints together, slot by slot. But a slot that has lost something looks
     * like one for which there was nothing to do. So what is remembered as done, from where on the stream will be read again,
     * has to be on the replicas too: now and then all of them are waited for, on the connections that have written. Until
     * they have it, the remembered place and the spool stay where they are. */

    private static final long EVERY = TimeUnit.SECONDS.toNanos(1);
    private static final String WAIT_MILLIS = "200";

    private final Target target;
    private final List<Outlet> outlets;
    private final List<CompletableFuture<Reply>> asked = new ArrayList<>();
    private final List<Integer> wanted = new ArrayList<>();
    private long asking;
    private long askedAt;
    private long offset;

    DurableFrontier(Target target, List<Outlet> outlets, long offset, long now) {
        this.target = target;
        this.outlets = List.copyOf(outlets);
        this.offset = offset;
        this.askedAt = now;
    }

    /**
     * Asks, or looks at the answers.
     *
     * @param frontier up to where everything has been committed
     * @return whether the durable offset has moved
     */
    boolean turn(long frontier, long now) {
        if (!asked.isEmpty()) {
            return look();
        }
        if (frontier > offset && now - askedAt >= EVERY) {
            askedAt = now;
            asking = frontier;
            for (Outlet outlet : outlets) {
                int replicas = target.replicas(outlet.node());
                wanted.add(replicas);
                asked.add(outlet.link().call(Words.of("WAIT", Integer.toString(replicas), WAIT_MILLIS)));
            }
        }
        return false;
    }

    private boolean look() {
        if (!asked.stream().allMatch(CompletableFuture::isDone)) {
            return false;
        }
        boolean all = true;
        for (int i = 0; i < asked.size(); i++) {
            all &= !asked.get(i).isCompletedExceptionally()
                    && asked.get(i).join() instanceof Reply.Count acknowledged
                    && acknowledged.value() >= wanted.get(i);
        }
        asked.clear();
        wanted.clear();
        offset = all ? asking : offset;
        return all;
    }

    long offset() {
        return offset;
    }
}
