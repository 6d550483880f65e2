package dev.lockstep.sync;

import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Position;
import dev.lockstep.topology.Shard;
import dev.lockstep.topology.TopologyWatcher;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
     * All are asked at the same time, and prolonging begins before anything else is asked: so neither their number nor a slow
     * network uses up the time of the first of them. */

    private static final Logger LOG = LoggerFactory.getLogger(SourcePause.class);
    private static final long PAUSE_MILLIS = 10_000;
    private static final long RENEW_MILLIS = 2_000;
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Words UNPAUSE = Words.of("CLIENT", "UNPAUSE");
    private static final Words STAND = Words.of("INFO", "replication");

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
    private volatile long longest = PAUSE_MILLIS;
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
            SentinelPatience.check(deployment, loops);
            for (Shard shard : owners()) {
                if (shard.primary() == null) {
                    throw new Setback("shard " + shard.name() + " has no primary");
                }
                Probe probe =
                        Probe.open(deployment, PATIENCE, loops, shard.primary().address());
                nodes.add(new Paused(shard, probe));
            }
            synchronized (this) {
                begun = clock.getAsLong();
                pauseAll(PAUSE_MILLIS);
                thread.start();
                stands.addAll(stands());
            }
        } catch (Setback e) {
            throw new SyncException(
                    "The writes of the source could not be paused: " + e.getMessage()
                            + ". It takes them again; try again",
                    e);
        }
        return List.copyOf(stands);
    }

    private List<Shard> owners() {
        return watcher.current().shards().stream()
                .filter(shard -> !shard.slots().isEmpty())
                .toList();
    }

    /** Pauses them, or prolongs that: a shorter time does not end a longer one. */
    private void pauseAll(long millis) throws Setback, InterruptedException {
        longest = Math.max(longest, millis);
        long now = clock.getAsLong();
        Words command = Words.of("CLIENT", "PAUSE", Long.toString(millis), "WRITE");
        List<CompletableFuture<Reply>> asked = sendAll(command);
        for (int i = 0; i < nodes.size(); i++) {
            Paused paused = nodes.get(i);
            Reply reply = paused.probe.replies().told(asked.get(i), command);
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
    }

    /** Where they are now. */
    private List<Stand> stands() throws Setback, InterruptedException {
        List<CompletableFuture<Reply>> asked = sendAll(STAND);
        List<Stand> told = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            Paused paused = nodes.get(i);
            Position position = Replies.ofPrimary(paused.probe.replies().told(asked.get(i), STAND));
            if (position == null) {
                throw new Setback(paused.probe.node() + " is no primary any more");
            }
            told.add(new Stand(paused.shard.name(), paused.probe.node(), position.history(), position.offset()));
        }
        return told;
    }

    private List<CompletableFuture<Reply>> sendAll(Words command) {
        return nodes.stream()
                .map(paused -> paused.probe.replies().send(command))
                .toList();
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

    private synchronized List<Stand> goOn(long millis) throws Setback, InterruptedException {
        pauseAll(millis);
        List<Stand> told = stands();
        for (int i = 0; i < nodes.size(); i++) {
            if (!told.get(i).history().equals(stands.get(i).history())) {
                throw new Setback(told.get(i).node() + " has begun another history");
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
        return told;
    }

    /** @throws SyncException if somebody may have written to the source since it began */
    void check() {
        String why = broken;
        if (why != null) {
            throw calledOff(why);
        }
    }

    private static SyncException calledOff(String why) {
        return new SyncException("The source may have taken writes again: " + why
                + ". The cut-over is called off, the copy is what it was; start it again");
    }

    /**
     * As {@link #check}, but asks every primary now.
     *
     * @return where they are, which is further than before at least by what they tell their replicas of themselves
     */
    List<Stand> checkNow() throws InterruptedException {
        return renewed(PAUSE_MILLIS);
    }

    private List<Stand> renewed(long millis) throws InterruptedException {
        check();
        try {
            return goOn(millis);
        } catch (Setback e) {
            broken = e.getMessage();
            throw calledOff(String.valueOf(e.getMessage()));
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
        renewed(millis);
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
        if (!held) {
            interrupted |= unpause();
        }
        nodes.forEach(paused -> paused.probe.close());
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether it was interrupted meanwhile. */
    private boolean unpause() {
        boolean interrupted = false;
        List<CompletableFuture<Reply>> asked = sendAll(UNPAUSE);
        for (int i = 0; i < nodes.size(); i++) {
            Probe probe = nodes.get(i).probe;
            try {
                try {
                    probe.replies().told(asked.get(i), UNPAUSE);
                } catch (Setback e) {
                    unpauseAnew(probe.node());
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        return interrupted;
    }

    private void unpauseAnew(NodeAddress node) throws InterruptedException {
        try (Probe probe = Probe.open(deployment, PATIENCE, loops, node)) {
            probe.ask(UNPAUSE);
        } catch (Setback e) {
            LOG.info("{} takes writes again by itself, in {} s at the most", node, longest / 1_000);
        }
    }
}
