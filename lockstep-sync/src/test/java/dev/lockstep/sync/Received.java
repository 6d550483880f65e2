package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.NodeAddress;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A source that receives from real servers, its spool, and all that it has told. */
final class Received implements AutoCloseable, SourceListener {

    static final SpoolLimits LARGE = SpoolLimits.of(1 << 30);

    final Spool spool;
    final PsyncSource source;
    final List<String> told = new CopyOnWriteArrayList<>();
    final List<Generation> copies = new CopyOnWriteArrayList<>();
    private final EventLoopGroup loops = LinkOpener.loops("received", 1);

    Received(Deployment deployment, Supplier<@Nullable NodeAddress> nodes, Path folder, SpoolLimits limits) {
        this(
                deployment,
                nodes,
                folder,
                limits,
                SourceSettings.of("received", deployment.mode() == Deployment.Mode.SENTINEL));
    }

    Received(
            Deployment deployment,
            Supplier<@Nullable NodeAddress> nodes,
            Path folder,
            SpoolLimits limits,
            SourceSettings settings) {
        spool = Spool.open(folder, limits);
        source = new PsyncSource(new LinkOpener(deployment), loops.next(), nodes::get, spool, settings, this);
        source.start();
    }

    Received(String uri, LocalServer server, Path folder) {
        this(Deployment.parse(uri), () -> at(server), folder, LARGE);
    }

    static NodeAddress at(LocalServer server) {
        return new NodeAddress(server.host(), server.port());
    }

    @Override
    public void copyBegan(Generation generation, NodeAddress node, String why) {
        copies.add(generation);
        told.add("copy: " + why);
    }

    @Override
    public void snapshotArrived(Generation generation) {
        told.add("arrived");
    }

    @Override
    public void continued(Generation generation, NodeAddress node) {
        told.add("continued");
    }

    @Override
    public void disconnected(String why) {
        told.add("disconnected: " + why);
    }

    @Override
    public void refused(String why) {
        told.add("refused: " + why);
    }

    @Override
    public void waiting(String why) {
        told.add("waiting: " + why);
    }

    @Override
    public void stopped(String why) {
        told.add("stopped: " + why);
    }

    static void until(String what, Callable<Boolean> condition) {
        await(what)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .until(condition);
    }

    long times(String beginning) {
        return told.stream().filter(text -> text.startsWith(beginning)).count();
    }

    /** Waits until the snapshot of the first generation outlasts its process. */
    static void awaitSnapshotOnDisk(Path folder) {
        Path first = folder.resolve("generation-000001");
        until(
                "the snapshot on the disk",
                () -> Files.exists(first.resolve("record"))
                        && SpoolRecord.read(first).snapshot() >= 0);
    }

    void awaitTold(String beginning, long times) {
        until(times + " times '" + beginning + "' in " + told, () -> times(beginning) >= times);
    }

    Generation current() {
        Generation current = spool.current();
        assertThat(current).as("a generation; told %s", told).isNotNull();
        return current;
    }

    /** Waits until all that a server has is in the spool, in the same history. */
    Generation awaitCaughtUp(LocalServer server) {
        until("all of " + server + " in the spool", () -> {
            Generation current = spool.current();
            String info = String.valueOf(server.command("INFO", "replication"));
            return current != null
                    && info.contains("master_replid:" + current.history())
                    && info.contains("master_repl_offset:" + current.end() + "\r\n");
        });
        return current();
    }

    /** All units of a generation, which have to cover it without a gap. */
    static List<Unit> units(Generation generation) throws IOException, InterruptedException {
        List<Unit> units = new ArrayList<>();
        long at = generation.origin().offset();
        CommandStream commands =
                new CommandStream(generation.stream(), at, generation.origin().database(), CommandStream.MAX_BULK);
        for (Unit unit = commands.next(0); unit != null; unit = commands.next(0)) {
            assertThat(unit.from()).isEqualTo(at);
            at = unit.to();
            units.add(unit);
        }
        assertThat(at).as("the last unit ends where the spool does").isEqualTo(generation.end());
        return units;
    }

    /** How often a command came. */
    static long count(List<Unit> units, String... words) {
        return units.stream().mapToLong(unit -> count(unit, words)).sum();
    }

    private static long count(Unit unit, String... words) {
        long found = 0;
        for (int i = 0; i < unit.count(); i++) {
            Words command = unit.command(i);
            boolean same = command.count() >= words.length;
            for (int j = 0; same && j < words.length; j++) {
                same = command.text(j).equalsIgnoreCase(words[j]);
            }
            found += same ? 1 : 0;
        }
        return found;
    }

    static byte[] bytes(SnapshotFile snapshot) throws IOException, InterruptedException {
        byte[] all = new byte[(int) snapshot.length()];
        ByteBuffer into = ByteBuffer.wrap(all);
        while (into.hasRemaining()) {
            assertThat(snapshot.read(into.position(), into)).isPositive();
        }
        assertThat(snapshot.read(all.length, ByteBuffer.allocate(1))).isEqualTo(-1);
        return all;
    }

    static SnapshotFile snapshot(Generation generation) {
        SnapshotFile snapshot = generation.snapshot();
        assertThat(snapshot).isNotNull();
        assertThat(snapshot.isComplete()).isTrue();
        return snapshot;
    }

    @Override
    public void close() {
        source.close();
        spool.close();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
