package dev.lockstep.sync;

import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.Node;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Position;
import dev.lockstep.topology.Shard;
import dev.lockstep.topology.TopologyWatcher;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The copies of all shards of a source, each on a thread of its own, with a spool of its own. Thread-safe. */
final class Lanes implements AutoCloseable {

    private static final Duration SOURCE_PATIENCE = Duration.ofSeconds(60);

    /** One shard of the source. */
    private record Lane(Shard shard, Inlet inlet, ShardCopy copy, LaneProgress progress, Thread thread) {}

    private final SyncSettings settings;
    private final CopyTask task;
    private final TopologyWatcher source;
    private final EventLoopGroup loops;
    private final List<Lane> all = new CopyOnWriteArrayList<>();

    /** @param loops that do nothing but fill the spools */
    Lanes(SyncSettings settings, CopyTask task, TopologyWatcher source, EventLoopGroup loops) {
        this.settings = settings;
        this.task = task;
        this.source = source;
        this.loops = loops;
    }

    /** Begins to copy a shard, which is remembered by this number. */
    void begin(Shard shard, int number) {
        LaneProgress progress = new LaneProgress(shard.name(), task::now);
        Spool spool = Spool.open(settings.folder().resolve("shard-" + number), SpoolLimits.of(settings.spoolBytes()));
        Inlet inlet = new Inlet(
                spool,
                listener -> new PsyncSource(
                        new LinkOpener(settings.source()),
                        loops.next(),
                        () -> nodeOf(shard.name()),
                        spool,
                        SourceSettings.of("lockstep-sync", settings.source().mode() == Deployment.Mode.SENTINEL),
                        listener),
                SOURCE_PATIENCE);
        ShardCopy copy = new ShardCopy(number, shard.slots(), inlet, task, progress);
        Thread thread = new Thread(copy, "lockstep-copy-" + number);
        thread.setDaemon(true);
        all.add(new Lane(shard, inlet, copy, progress, thread));
        thread.start();
    }

    /**
     * A replica that is in step, else the primary; null if the shard is not known.
     *
     * @throws SyncException if none of them answers, and what is known of them
     */
    private @Nullable NodeAddress nodeOf(String name) {
        for (Shard shard : source.current().shards()) {
            if (shard.name().equals(name)) {
                return shard.replicas().stream()
                        .filter(node -> node.reachable()
                                && node.info() != null
                                && node.info().linkUp())
                        .findFirst()
                        .or(() -> Optional.ofNullable(shard.primary()).filter(Node::reachable))
                        .map(Node::address)
                        .orElseThrow(() -> new SyncException("no node answers: " + Target.seen(shard)));
            }
        }
        return null;
    }

    /** How far each is. */
    List<SyncProgress.Lane> progress() {
        return all.stream().map(this::progress).toList();
    }

    private SyncProgress.Lane progress(Lane lane) {
        SyncProgress.Lane now = lane.progress().now();
        String missing = lane.inlet().missing(now.phase());
        SyncProgress.Lane told = now.trouble().isEmpty() && !missing.isEmpty() ? now.troubled(missing) : now;
        // After a start the stream has yet to arrive, and so says nothing of how much there is.
        return now.phase() == SyncProgress.Phase.LIVE ? told.written(writtenBy(now.shard())) : told;
    }

    private long writtenBy(String name) {
        for (Shard shard : source.current().shards()) {
            Node primary = shard.primary();
            Position position = primary == null ? null : primary.position();
            if (shard.name().equals(name) && position != null) {
                return position.offset();
            }
        }
        return 0;
    }

    /** @throws SyncException if one has ended, and why */
    void throwFailure() {
        for (Lane lane : all) {
            RuntimeException why = lane.progress().failure();
            if (why != null) {
                throw new SyncException(String.valueOf(why.getMessage()), why);
            }
        }
    }

    /** Ends all of them after what is under way. */
    @Override
    public void close() {
        all.forEach(lane -> lane.copy().stop());
        boolean interrupted = false;
        for (Lane lane : all) {
            try {
                lane.thread().join(settings.target().timeout().toMillis());
                if (lane.thread().isAlive()) {
                    lane.thread().interrupt();
                    lane.thread().join(1_000);
                }
            } catch (InterruptedException e) {
                interrupted = true;
                lane.thread().interrupt();
            }
        }
        all.forEach(lane -> lane.inlet().close());
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
