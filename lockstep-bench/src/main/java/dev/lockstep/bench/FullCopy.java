package dev.lockstep.bench;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalServer;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.List;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.FlushMode;

/**
 * Full copies of one server to another: by Lockstep in a process of its own, by the server itself as a replica, and by a copier
 * on redis-replicator, on the same data.
 *
 * <p>Prints a Markdown table for each data set; all take turns, as {@link Turns} says.
 */
public final class FullCopy {

    private static final List<Options.Known> OPTIONS = List.of(
            new Options.Known("--rounds", "counted copies per data set and way", 5, 1),
            new Options.Known("--warmups", "rounds before, not counted", 0, 0),
            new Options.Known("--strings", "how many strings", 1_500_000, 1),
            new Options.Known("--others", "how many hashes, lists, sets and sorted sets together", 500_000, 1),
            new Options.Known("--data", "only this data set, from 1 on; 0 for all", 0, 0),
            new Options.Known("--heap", "of a copying process, in MB", 256, 32));

    private static final List<Sheet.Column> FIGURES = List.of(
            new Sheet.Column("keys/s", 0, false),
            new Sheet.Column("s", 2, true),
            new Sheet.Column("JVM start, s", 2, false),
            new Sheet.Column("its CPU, s", 2, false),
            new Sheet.Column("its peak memory, MB", 0, false),
            new Sheet.Column("target's CPU, s", 2, false));

    /** What a copy keeps for itself in a target that is no cluster. */
    private static final int MOST_OWN_KEYS = 8;

    private static final int PATIENCE_MILLIS = 60_000;

    private FullCopy() {}

    public static void main(String... arguments) throws InterruptedException, IOException {
        run(Options.parse(FullCopy.class, OPTIONS, arguments), System.out);
    }

    /** As from the command line. */
    static Evidence run(PrintStream out, String... arguments) throws InterruptedException, IOException {
        return run(Options.read(FullCopy.class, OPTIONS, arguments), out);
    }

    private static Evidence run(Options options, PrintStream out) throws InterruptedException, IOException {
        Servers servers = new Servers(0, 0);
        int heap = options.number("--heap");
        List<CopyWay> ways = List.of(
                new ProcessCopy("Lockstep", LockstepCopier.class, heap),
                new NativeCopy("REPLICAOF, as by default", "disabled"),
                new NativeCopy("REPLICAOF, repl-diskless-load swapdb", "swapdb"),
                new ProcessCopy("redis-replicator", ReplicatorCopier.class, heap));
        try (LocalDeployment source = servers.start();
                LocalDeployment target = servers.start()) {
            Evidence evidence = new Evidence(
                    "full-copy",
                    "full copies from one server to another, which is empty; a copying process has a heap of " + heap
                            + " MB; " + source.serverVersion(),
                    options,
                    out);
            int only = options.number("--data");
            for (CopyData data : CopyData.values()) {
                int keys = options.number(data == CopyData.MIXED ? "--others" : "--strings");
                if (only == 0 || only == data.number()) {
                    empty(source.primary());
                    try (Jedis jedis = new Jedis("127.0.0.1", source.primary().port())) {
                        data.fill(jedis, keys);
                    }
                    evidence.compare(
                            data.name(keys),
                            FIGURES,
                            ways,
                            CopyWay::name,
                            way -> copied(way, keys, source.primary(), target.primary()));
                }
            }
            evidence.write();
            return evidence;
        }
    }

    private static double[] copied(CopyWay way, int keys, LocalServer source, LocalServer target)
            throws InterruptedException {
        empty(target);
        double before = Servers.cpuSeconds(target.pid());
        CopyWay.Taken taken;
        try {
            taken = way.copy(source, target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        double cpu = Servers.cpuSeconds(target.pid()) - before;
        long held = target.command("DBSIZE") instanceof Long number ? number : 0;
        if (held < keys || held > keys + MOST_OWN_KEYS) {
            throw new IllegalStateException(way.name() + " copied " + held + " of " + keys + " keys");
        }
        return new double[] {
            keys / taken.seconds(),
            taken.seconds(),
            taken.startSeconds(),
            taken.cpuSeconds(),
            taken.peakMegabytes(),
            cpu
        };
    }

    /** On a busy machine that takes longer than other commands may. */
    private static void empty(LocalServer server) {
        try (Jedis jedis = new Jedis(server.host(), server.port(), PATIENCE_MILLIS)) {
            jedis.flushAll(FlushMode.SYNC);
        }
    }
}
