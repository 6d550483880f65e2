package dev.lockstep.sync;

import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Shard;
import dev.lockstep.topology.TopologyWatcher;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time in which no primary of a source takes writes: prolonged by a thread of its own, until it is closed or {@link #hold
 * held}. One thread owns it.
 */
final class SourcePause implements AutoCloseable {
    /* CLIENT PAUSE WRITE: who writes waits, and what was acknowledged before lies at or below the offset that is read after
     * it. The pause is short, and prolonged all the while, so that it ends by itself soon after this process does. It counts
     * only if it has no gap: each prolongation has to be answered before the one before it has run out, by the same primary
     * in the same history. A primary that was replaced meanwhile takes no writes, but its successor does: so whatever
     * changes there ends it.
     *
     * Sentinels send messages to the primary that count as writes, on the connection on which they ask whether it lives. So
     * to them a primary that is paused is silent, until they connect anew, which they do after half of
     * down-after-milliseconds, and not before 15 s. If that setting is too small they fail over before. */

    private static final Logger LOG = LoggerFactory.getLogger(SourcePause.class);
    private static final long PAUSE_MILLIS = 10_000;
    private static final long RENEW_MILLIS = 2_000;
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final long SENTINEL_MILLIS = 15_000;

    /**
     * Where a primary stood when it took no more writes.
     *
     * @param shard its name
     */
    record Stand(String shard, NodeAddress node, String history, long offset) {}

    private static final class Paused {
        final Shard shard;
        final Probe probe;
        long since;

        Paused(Shard shard, Probe probe) {
            this.shard = shard;
            this.probe = probe;
        }
    }

    private final Deployment deployment;
    private final TopologyWatcher watcher;
    private final EventLoopGroup loops;
    private final LongSupplier clock;
    private final List<Paused> nodes = new ArrayList<>();
    private final List<Stand> stands = new ArrayList<>();
    private final Thread thread = new Thread(this::renew, "lockstep-pause");
    private long begun;
    private boolean held;
    private volatile @Nullable String broken;

    /** @param clock monotonic nanoseconds */
    SourcePause(Deployment deployment, TopologyWatcher watcher, EventLoopGroup loops, LongSupplier clock) {
        this.deployment = deployment;
        this.watcher = watcher;
        this.loops = loops;
        this.clock = clock;
        thread.setDaemon(true);
    }

    /**
     * Begins it at all primaries.
     *
     * @throws SyncException if one of them does not take no writes; what was begun ends with {@link #close}
     */
    List<Stand> begin() throws InterruptedException {
        try {
            checkSentinels();
            begun = clock.getAsLong();
            for (Shard shard : owners()) {
                if (shard.primary() == null) {
                    throw new Setback("shard " + shard.name() + " has no primary");
                }
                Probe probe =
                        Probe.open(deployment, PATIENCE, loops, shard.primary().address());
                Paused paused = new Paused(shard, probe);
                nodes.add(paused);
                pause(paused, PAUSE_MILLIS);
            }
            for (Paused paused : nodes) {
                stands.add(stand(paused));
            }
        } catch (Setback e) {
            throw new SyncException(
                    "The writes of the source could not be paused: " + e.getMessage()
                            + ". It takes them again; try again",
                    e);
        }
        thread.start();
        return List.copyOf(stands);
    }

    private List<Shard> owners() {
        return watcher.current().shards().stream()
                .filter(shard -> !shard.slots().isEmpty())
                .toList();
    }

    private void checkSentinels() throws Setback, InterruptedException {
        if (deployment.mode() != Deployment.Mode.SENTINEL) {
            return;
        }
        Deployment sentinels = Deployment.builder(Deployment.Mode.STANDALONE)
                .seeds(deployment.seeds().subList(0, 1))
                .credentials(deployment.sentinelUsername(), deployment.sentinelPassword())
                .tls(deployment.tls())
                .build();
        for (NodeAddress sentinel : deployment.seeds()) {
            try (Probe probe = Probe.open(sentinels, PATIENCE, loops, sentinel)) {
                List<Reply> told =
                        Replies.elements(probe.ask("SENTINEL", "MASTER", String.valueOf(deployment.primaryName())));
                for (int i = 0; i + 1 < told.size(); i += 2) {
                    if ("down-after-milliseconds".equals(Replies.text(told.get(i)))) {
                        check(sentinel, Long.parseLong(String.valueOf(Replies.text(told.get(i + 1)))));
                    }
                }
            } catch (Setback e) {
                LOG.info("Sentinel {} could not be asked for down-after-milliseconds: {}", sentinel, e.getMessage());
            }
        }
    }

    private void check(NodeAddress sentinel, long millis) {
        if (millis < SENTINEL_MILLIS) {
            throw new SyncException("Sentinel " + sentinel
                    + " would replace a primary whose writes are paused, since it takes"
                    + " one for dead after " + millis + " ms; expected at least " + SENTINEL_MILLIS
                    + ". Set it on each sentinel first, and back later: SENTINEL SET " + deployment.primaryName()
                    + " down-after-milliseconds 30000");
        }
    }

    /** Pauses it, or prolongs that: a shorter time does not end a longer one. */
    private void pause(Paused paused, long millis) throws Setback, InterruptedException {
        long now = clock.getAsLong();
        Reply reply = paused.probe.ask("CLIENT", "PAUSE", Long.toString(millis), "WRITE");
        if (!(reply instanceof Reply.Status)) {
            String why = reply instanceof Reply.Failure failure ? failure.text() : String.valueOf(reply);
            throw new SyncException(
                    paused.probe.node() + " of the source answered CLIENT PAUSE with: " + why
                            + ". Grant its user +client|pause and +client|unpause; a server before 6.2 cannot pause writes only");
        }
        if (paused.since != 0 && clock.getAsLong() - paused.since >= PAUSE_MILLIS * 1_000_000) {
            throw new Setback(paused.probe.node() + " was not asked to go on pausing in time");
        }
        paused.since = now;
    }

    private static Stand stand(Paused paused) throws Setback, InterruptedException {
        Map<String, String> info = paused.probe.info("replication");
        if (!"master".equals(info.get("role"))) {
            throw new Setback(paused.probe.node() + " is no primary any more");
        }
        return new Stand(
                paused.shard.name(),
                paused.probe.node(),
                info.getOrDefault("master_replid", ""),
                Long.parseLong(info.getOrDefault("master_repl_offset", "-1")));
    }

    private void renew() {
        try {
            while (true) {
                Thread.sleep(RENEW_MILLIS);
                goOn(PAUSE_MILLIS);
            }
        } catch (Setback | RuntimeException e) {
            broken = String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            // it is over
        }
    }

    private synchronized void goOn(long millis) throws Setback, InterruptedException {
        for (int i = 0; i < nodes.size(); i++) {
            pause(nodes.get(i), millis);
            Stand now = stand(nodes.get(i));
            if (!now.history().equals(stands.get(i).history())) {
                throw new Setback(now.node() + " has begun another history");
            }
        }
        List<Shard> owners = owners();
        if (owners.size() != nodes.size()) {
            throw new Setback("the source has other shards now");
        }
        for (Paused paused : nodes) {
            boolean same = owners.stream()
                    .anyMatch(shard -> shard.slots().equals(paused.shard.slots())
                            && shard.primary() != null
                            && shard.primary().address().equals(paused.probe.node()));
            if (!same) {
                throw new Setback(paused.probe.node() + " is not the primary of its slots any more");
            }
        }
    }

    /** @throws SyncException if somebody may have written to the source since it began */
    void check() {
        String why = broken;
        if (why != null) {
            throw new SyncException("The source may have taken writes again: " + why
                    + ". The cut-over is called off, the copy is what it was; start it again");
        }
    }

    /** As {@link #check}, but asks every primary now. */
    void checkNow() throws InterruptedException {
        check();
        try {
            goOn(PAUSE_MILLIS);
        } catch (Setback e) {
            broken = e.getMessage();
            check();
        }
    }

    /**
     * Looks once more, and leaves the pause to end by itself after such a time, or when what has been asked for is over.
     *
     * @return for how long it is left
     */
    Duration hold(Duration time) throws InterruptedException {
        long millis = Math.max(PAUSE_MILLIS, time.toMillis()); // a server does not shorten a pause
        stopRenewing();
        check();
        try {
            goOn(millis);
        } catch (Setback e) {
            broken = e.getMessage();
            check();
        }
        held = true;
        return Duration.ofMillis(millis);
    }

    /** For how long it has been. */
    Duration elapsed() {
        return Duration.ofNanos(clock.getAsLong() - begun);
    }

    private void stopRenewing() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }

    /** Has writes taken again, unless it is {@link #hold held}. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted(); // or else nobody could be asked any more
        try {
            stopRenewing();
        } catch (InterruptedException e) {
            interrupted = true;
        }
        for (Paused paused : nodes) {
            try {
                if (!held) {
                    paused.probe.ask("CLIENT", "UNPAUSE");
                }
            } catch (Setback e) {
                LOG.info(
                        "{} takes writes again by itself, in {} s at the most",
                        paused.probe.node(),
                        PAUSE_MILLIS / 1_000);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            paused.probe.close();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
