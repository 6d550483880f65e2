package dev.lockstep.sync;

import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.Node;
import dev.lockstep.topology.Shard;
import dev.lockstep.topology.Topology;
import dev.lockstep.topology.TopologyWatcher;
import io.lettuce.core.resource.ClientResources;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A deployment that is kept equal to another one: everything of the first is copied to the second, and then every change,
 * until it is stopped. What the second has beyond that is removed.
 *
 * <pre>{@code
 * try (Sync sync = Sync.from(Deployment.parse("redis://10.0.0.1")).to(Deployment.parse("redis-cluster://10.1.0.1")).start()) {
 *     sync.awaitInStep(Duration.ofMinutes(10));
 * }
 * }</pre>
 *
 * <p>Nothing but this writes to the target meanwhile. A process that was killed, at whatever moment, goes on when the same copy
 * is started again; what it has in its spool folder spares it a full copy. Thread-safe.
 */
public final class Sync implements AutoCloseable {
    /* A keeper holds the target for this process and prolongs its lease. Each source shard has a thread that copies it, and a
     * spool; one event loop does nothing but fill the spools. */

    private static final long LOOK_MILLIS = 20;

    private final long started = System.nanoTime();
    private final ClientResources resources;
    private final EventLoopGroup sourceLoops;
    private final EventLoopGroup targetLoops;
    private final TopologyWatcher source;
    private final TopologyWatcher target;
    private final Keeper keeper;
    private final CopyTask task;
    private final SyncSettings settings;
    private final Lanes lanes;
    private final @Nullable SourceWatch watch;

    /** A copy from this deployment; where to is said next. */
    public static From from(Deployment source) {
        return new From(source);
    }

    /** The first half of a copy. */
    public static final class From {

        private final Deployment source;

        private From(Deployment source) {
            this.source = source;
        }

        /** To this deployment. */
        public SyncSettings to(Deployment target) {
            return SyncSettings.of(source, target);
        }
    }

    private Sync(SyncSettings settings) {
        this.settings = settings;
        this.resources = ClientResources.create();
        this.sourceLoops = LinkOpener.loops("lockstep-source", 1);
        this.targetLoops = LinkOpener.loops("lockstep-target", 1);
        TopologyWatcher from = null;
        TopologyWatcher to = null;
        Keeper owner = null;
        Lanes begun = null;
        try {
            from = TopologyWatcher.open(settings.source(), resources);
            to = TopologyWatcher.open(settings.target(), resources);
            checkApart(from.current(), to.current());
            CopyTask.Clocks clocks = new CopyTask.Clocks(System::nanoTime, System::currentTimeMillis);
            new PreflightRun(settings, targetLoops, clocks).require(from.current(), to.current());
            this.task = new CopyTask(
                    new Target(settings.target(), to),
                    new CopyTask.Doors(new LinkOpener(settings.target()), targetLoops),
                    new Ownership(settings.owner(), SyncSettings.run()),
                    settings.target().timeout(),
                    clocks,
                    settings.asked(System::nanoTime));
            owner = Keeper.start(task);
            this.source = from;
            this.target = to;
            this.keeper = owner;
            new Reception(task).prepare(owner.remembered(), settings.existing());
            begun = new Lanes(settings, task, from, sourceLoops);
            this.lanes = begun;
            this.watch = begin(task);
        } catch (RuntimeException | InterruptedException e) {
            if (begun != null) {
                begun.close();
            }
            close(from, to, owner);
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
                throw new SyncException("Interrupted before the copy began", e);
            }
            throw (RuntimeException) e;
        }
    }

    static Sync start(SyncSettings settings) {
        return new Sync(settings);
    }

    /** Looks at both sides, and changes nothing. */
    static Preflight preflight(SyncSettings settings) throws InterruptedException {
        ClientResources resources = ClientResources.create();
        EventLoopGroup loops = LinkOpener.loops("lockstep-preflight", 1);
        try (TopologyWatcher from = TopologyWatcher.open(settings.source(), resources);
                TopologyWatcher to = TopologyWatcher.open(settings.target(), resources)) {
            checkApart(from.current(), to.current());
            return new PreflightRun(settings, loops, new CopyTask.Clocks(System::nanoTime, System::currentTimeMillis))
                    .run(from.current(), to.current());
        } finally {
            loops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS);
            resources.shutdown(0, 1, java.util.concurrent.TimeUnit.SECONDS);
        }
    }

    /** What is copied into itself would never be in step: each write to the target were news from the source. */
    private static void checkApart(Topology source, Topology target) {
        Set<@Nullable String> processes = new HashSet<>();
        for (Shard shard : source.shards()) {
            Stream.concat(Stream.ofNullable(shard.primary()), shard.replicas().stream())
                    .forEach(node -> processes.add(node.runId()));
        }
        for (Shard shard : target.shards()) {
            Node primary = shard.primary();
            if (primary != null && primary.runId() != null && processes.contains(primary.runId())) {
                throw new SyncException("The server " + primary.address()
                        + " of the target belongs to the source too; expected two deployments. Check both URIs");
            }
        }
    }

    private @Nullable SourceWatch begin(CopyTask task) {
        LaneNumbers numbers = LaneNumbers.of(lanes.shards(), keeper.records());
        String unknown = numbers.unknown();
        if (unknown == null) {
            lanes.begin(numbers);
        } else if (lanes.isSharded()) {
            lanes.custody().lost(unknown);
        } else {
            throw new SyncException("The target was copied to from another source: " + unknown
                    + ". Delete its keys that begin with " + Checkpoint.PREFIX + " for a new full copy");
        }
        return lanes.isSharded() ? SourceWatch.start(lanes, task) : null;
    }

    /** How far it is. */
    public SyncProgress progress() {
        return new SyncProgress(Duration.ofNanos(System.nanoTime() - started), lanes.progress());
    }

    /**
     * Waits until the target has once followed every shard of the source, and held all that the source had written when this
     * process last asked it, which is at the start, and then as often as its heartbeat says.
     *
     * @return false if the time was up before
     * @throws SyncException if the copy has ended, and why
     */
    public boolean awaitInStep(Duration bound) throws InterruptedException {
        long until = System.nanoTime() + bound.toNanos();
        Map<String, Long> goals = new HashMap<>();
        while (!progress().reaches(goals)) {
            throwFailure();
            if (System.nanoTime() - until > 0) {
                return false;
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return true;
    }

    /**
     * Waits until it ends by itself, telling how far it is.
     *
     * @param every so often
     * @throws SyncException why it has ended
     */
    public void await(Duration every, Consumer<SyncProgress> told) throws InterruptedException {
        while (true) {
            throwFailure();
            told.accept(progress());
            Thread.sleep(every.toMillis());
        }
    }

    /**
     * Ends the copy so that the application may go over to the target: once in step, no primary of the source takes writes any
     * more, the rest arrives, {@code proof} says whether both are equal, and what the copy has kept in the target for itself is
     * removed. Then the source takes no writes for a while yet, in which the application has to be pointed to the target.
     *
     * <p>If something goes wrong, or this thread is interrupted, the source takes writes again: at once, or within 10 s if one of
     * its primaries cannot be told. This goes on copying unless it has ended. If this process dies meanwhile the source takes
     * writes again within 10 s, or after {@code hold} if that had begun. Nothing is left to be done after success but
     * {@link #close}.
     *
     * @param hold for how much longer the source takes no writes after that, 10 s at the least
     * @param told what is being done, for people
     * @throws SyncException if it was called off, or the copy has ended, and why
     */
    public CutOver cutOver(Duration hold, Proof proof, Consumer<String> told) throws InterruptedException {
        boolean inStep = false;
        while (!inStep) {
            inStep = awaitInStep(settings.target().timeout());
        }
        try (SourcePause pause = new SourcePause(settings.source(), source, sourceLoops, System::nanoTime)) {
            return new CutOverRun(lanes, keeper, task, this::endLanes, told).run(pause, proof, hold);
        }
    }

    private void throwFailure() {
        keeper.throwFailure();
        lanes.throwFailure();
        if (watch != null) {
            watch.throwFailure();
        }
    }

    /** Stops it: what is under way is committed. It can be started again from there. */
    @Override
    public void close() {
        try {
            endLanes();
        } finally {
            close(source, target, keeper);
        }
    }

    private void endLanes() {
        if (watch != null) {
            watch.close();
        }
        lanes.close();
    }

    private void close(@Nullable TopologyWatcher from, @Nullable TopologyWatcher to, @Nullable Keeper owner) {
        if (owner != null) {
            owner.close();
        }
        if (from != null) {
            from.close();
        }
        if (to != null) {
            to.close();
        }
        sourceLoops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS);
        targetLoops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS);
        resources.shutdown(0, 1, java.util.concurrent.TimeUnit.SECONDS);
    }
}
