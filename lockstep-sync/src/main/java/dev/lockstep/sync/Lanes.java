package dev.lockstep.sync;

import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.Node;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Position;
import dev.lockstep.topology.Shard;
import dev.lockstep.topology.TopologyWatcher;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The copies of all shards of a source, each on a thread of its own, with a spool of its own. Thread-safe. */
final class Lanes implements AutoCloseable {

    private static final Duration SOURCE_PATIENCE = Duration.ofSeconds(60);

    /** One shard of the source. */
    private record Lane(int number, Shard shard, Inlet inlet, ShardCopy copy, LaneProgress progress, Thread thread) {}

    private final SyncSettings settings;
    private final CopyTask task;
    private final TopologyWatcher source;
    private final EventLoopGroup loops;
    private final boolean sharded;
    private final List<Lane> all = new CopyOnWriteArrayList<>();
    private volatile Custody custody = new Custody();
    private volatile long formerSetbacks;

    /** @param loops that do nothing but fill the spools */
    Lanes(SyncSettings settings, CopyTask task, TopologyWatcher source, EventLoopGroup loops) {
        this.settings = settings;
        this.task = task;
        this.source = source;
        this.loops = loops;
        this.sharded = settings.source().mode() == Deployment.Mode.CLUSTER;
    }

    /** The shards of the source as they are now. Some may have no slots yet. */
    List<Shard> shards() {
        return source.current().shards();
    }

    /** Whether the source has slots. */
    boolean isSharded() {
        return sharded;
    }

    /** Which lane has which slot. */
    Custody custody() {
        return custody;
    }

    /** Begins to copy all shards; none is being copied. What the spools have of other shards by these numbers is not used. */
    void begin(LaneNumbers numbers) {
        formerSetbacks = setbacks() + 1; // that all begin anew is one, too
        all.clear();
        Custody own = new Custody();
        numbers.shards()
                .forEach((number, shard) ->
                        own.enter(number, shard.name(), numbers.slots().getOrDefault(number, new BitSet())));
        custody = own;
        task.libraries().expect(numbers.shards().keySet());
        numbers.shards().forEach(this::begin);
    }

    /** Begins to copy a shard that has come to the source. */
    void join(Shard shard) {
        int number = all.stream().mapToInt(Lane::number).max().orElse(0) + 1;
        custody.enter(number, shard.name(), new BitSet());
        begin(number, shard);
    }

    /** The lanes that have no slots, of shards that are there no more. */
    List<Integer> gone() {
        return all.stream()
                .filter(lane -> shard(lane.shard().name()) == null)
                .map(Lane::number)
                .filter(number -> custody.slots(number).isEmpty())
                .toList();
    }

    /** Ends a lane after what is under way. */
    void end(int number) throws InterruptedException {
        for (Lane lane : all) {
            if (lane.number() == number) {
                lane.copy().stop();
                lane.thread().interrupt();
                lane.thread().join();
            }
        }
    }

    /** A lane that was {@link #end ended} is no more. */
    void remove(int number) {
        List<Lane> gone = all.stream().filter(lane -> lane.number() == number).toList();
        gone.forEach(lane -> lane.inlet().close());
        all.removeAll(gone);
        custody.leave(number);
    }

    /** Whether a shard is being copied. */
    boolean has(Shard shard) {
        return all.stream().anyMatch(lane -> lane.shard().name().equals(shard.name()));
    }

    /** Begins to copy a shard, which is remembered by this number. */
    private void begin(int number, Shard shard) {
        LaneProgress progress = new LaneProgress(shard.name(), task::now, settings.listener());
        Spool spool = Spool.open(spool(number), SpoolLimits.of(settings.spoolBytes()));
        Inlet inlet = new Inlet(
                spool,
                listener -> new PsyncSource(
                        new LinkOpener(settings.source()),
                        loops.next(),
                        nodesOf(shard.name()),
                        spool,
                        SourceSettings.of("lockstep-sync", settings.source().mode() == Deployment.Mode.SENTINEL),
                        listener),
                SOURCE_PATIENCE);
        SourceReader reader = new SourceReader(shard.name(), nodes());
        Custody own = custody;
        ShardCopy copy = new ShardCopy(
                number, inlet, task, progress, reader, sharded ? new ShardCopy.Sharding(own, this::nodes) : null);
        Thread thread = new Thread(copy, "lockstep-copy-" + number);
        thread.setDaemon(true);
        all.add(new Lane(number, shard, inlet, copy, progress, thread));
        thread.start();
    }

    private PsyncSource.Nodes nodesOf(String name) {
        return new PsyncSource.Nodes() {
            @Override
            public @Nullable NodeAddress get() {
                return nodeOf(name);
            }

            @Override
            public boolean answers(NodeAddress node) {
                return source.current().shards().stream()
                        .flatMap(shard -> Stream.concat(Stream.ofNullable(shard.primary()), shard.replicas().stream()))
                        .noneMatch(known -> known.address().equals(node) && !known.reachable());
            }
        };
    }

    /** The primaries of the source, to be asked on one thread. */
    SourceNodes nodes() {
        LinkOpener opener = new LinkOpener(settings.source());
        return new SourceNodes(
                source, node -> opener.open(loops, node, "lockstep-source-reader", why -> {}), task.patience());
    }

    /**
     * A replica that is in step, else the primary; null if the shard is not known.
     *
     * @throws SyncException if none of them answers, and what is known of them
     */
    private @Nullable NodeAddress nodeOf(String name) {
        Shard shard = shard(name);
        return shard == null
                ? null
                : shard.replicas().stream()
                        .filter(node -> node.reachable()
                                && node.info() != null
                                && node.info().linkUp())
                        .findFirst()
                        .or(() -> Optional.ofNullable(shard.primary()).filter(Node::reachable))
                        .map(Node::address)
                        .orElseThrow(() -> new SyncException("no node answers: " + Target.seen(shard)));
    }

    private @Nullable Shard shard(String name) {
        return shards().stream()
                .filter(shard -> shard.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** How far each is. */
    List<SyncProgress.Lane> progress() {
        List<SyncProgress.Lane> told =
                new ArrayList<>(all.stream().map(this::progress).toList());
        for (Shard shard : shards()) {
            if (!shard.slots().isEmpty() && !has(shard)) {
                told.add(
                        new LaneProgress(shard.name(), task::now, SyncListener.NONE).now()); // it is about to be copied
            }
        }
        return told;
    }

    private SyncProgress.Lane progress(Lane lane) {
        SyncProgress.Lane now = lane.progress().now();
        String missing = lane.inlet().missing(now.phase());
        SyncProgress.Lane told = now.trouble().isEmpty() && !missing.isEmpty() ? now.troubled(missing) : now;
        // After a start the stream has yet to arrive, and so says nothing of how much there is.
        return now.phase() == SyncProgress.Phase.LIVE ? told.written(writtenBy(now.shard())) : told;
    }

    private long writtenBy(String name) {
        Shard shard = shard(name);
        Node primary = shard == null ? null : shard.primary();
        Position position = primary == null ? null : primary.position();
        return position == null ? 0 : position.offset();
    }

    /** How often something has gone wrong so far: whoever finds the same number again knows that nothing has meanwhile. */
    long setbacks() {
        return formerSetbacks
                + all.stream().mapToLong(lane -> lane.progress().setbacks()).sum();
    }

    /** By which number a shard is remembered; -1 if it is not being copied. */
    int numberOf(String shard) {
        return all.stream()
                .filter(lane -> lane.shard().name().equals(shard))
                .mapToInt(Lane::number)
                .findFirst()
                .orElse(-1);
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

    /** Removes what has arrived; none is being copied. */
    void clearSpools() {
        try {
            if (Files.isDirectory(settings.folder())) {
                Spool.remove(settings.folder());
            }
        } catch (IOException e) {
            throw new SyncException("The spools in " + settings.folder() + " cannot be removed: " + e, e);
        }
    }

    private Path spool(int number) {
        return settings.folder().resolve("shard-" + number);
    }

    /** Says of all of them why nothing goes on. */
    void hindered(String why) {
        all.forEach(lane -> {
            lane.progress().phase(LaneRecord.Phase.DIVERGED);
            lane.progress().setback(why);
        });
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
