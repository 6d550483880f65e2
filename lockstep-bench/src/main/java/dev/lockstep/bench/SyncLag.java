package dev.lockstep.bench;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * How far behind its source a target is that Lockstep keeps equal, and, in the same moments, a replica of that source, while the
 * source takes mixed writes at an even rate.
 *
 * <p>Prints a Markdown table for each rate.
 */
public final class SyncLag {

    private static final List<Options.Known> OPTIONS = List.of(
            new Options.Known("--rounds", "counted rounds per rate", 5, 1),
            new Options.Known("--millis", "how long a round takes, in milliseconds", 10_000, 1),
            new Options.Known("--warmups", "rounds before, at the first rate, not counted", 1, 0),
            new Options.Known("--rate", "writes per second; 0 for 10,000 to 100,000", 0, 0),
            new Options.Known("--heap", "of the process that copies, in MB", 256, 32));

    private static final List<Sheet.Column> FIGURES = List.of(
            new Sheet.Column("writes/s held", 0, false),
            new Sheet.Column("lag p50, ms", 1, false),
            new Sheet.Column("p99, ms", 1, false),
            new Sheet.Column("worst, ms", 0, false),
            new Sheet.Column("after the last write, ms", 0, false),
            new Sheet.Column("server's CPU, %", 0, false),
            new Sheet.Column("its process's CPU, %", 0, false));

    private static final long BOUND_NANOS = TimeUnit.MINUTES.toNanos(2);

    private final LocalDeployment source;
    private final MixedWrites writes;
    private final Marks marks = new Marks();
    private final List<Follower> followers = new ArrayList<>();

    /** One that follows the source: the server that holds the copy, and the process that copies, 0 if it does so itself. */
    private record Follower(String name, LagWatch watch, long server, long process) {}

    private SyncLag(LocalDeployment source) throws IOException {
        this.source = source;
        this.writes = new MixedWrites(source.primary().port());
    }

    public static void main(String... arguments) throws InterruptedException, IOException {
        run(Options.parse(SyncLag.class, OPTIONS, arguments), System.out);
    }

    /** As from the command line. */
    static Evidence run(PrintStream out, String... arguments) throws InterruptedException, IOException {
        return run(Options.read(SyncLag.class, OPTIONS, arguments), out);
    }

    private static Evidence run(Options options, PrintStream out) throws InterruptedException, IOException {
        Servers servers = new Servers(0, 0);
        try (LocalDeployment source = servers.start();
                LocalDeployment replica = servers.start();
                LocalDeployment target = servers.start()) {
            Evidence evidence = new Evidence(
                    "sync-lag",
                    "SET, INCR, HSET, LPUSH, ZADD, SET with PX, and MULTI now and then; the copying process has a heap of "
                            + options.number("--heap") + " MB; " + source.serverVersion(),
                    options,
                    out);
            replica.primary()
                    .command(
                            "REPLICAOF",
                            "127.0.0.1",
                            Integer.toString(source.primary().port()));
            Process copier = ProcessCopy.start(
                    LockstepFollower.class,
                    options.number("--heap"),
                    List.of(
                            Integer.toString(source.primary().port()),
                            Integer.toString(target.primary().port())),
                    ProcessBuilder.Redirect.INHERIT);
            SyncLag lag = new SyncLag(source);
            try (BufferedReader said =
                    new BufferedReader(new InputStreamReader(copier.getInputStream(), StandardCharsets.UTF_8))) {
                if (!LockstepFollower.LIVE.equals(said.readLine())) {
                    throw new IllegalStateException("Lockstep is not in step");
                }
                lag.follow("Lockstep", target.primary(), copier.pid());
                lag.follow("REPLICAOF", replica.dataNodes().get(0), 0);
                int only = options.number("--rate");
                List<Integer> rates = only > 0 ? List.of(only) : List.of(10_000, 25_000, 50_000, 75_000, 100_000);
                for (int i = 0; i < options.number("--warmups"); i++) {
                    lag.round(rates.get(0), options.number("--millis"));
                }
                for (int rate : rates) {
                    evidence.add(lag.measure(rate, options));
                }
                copier.getOutputStream().close();
                out.println("\nThe copying process: " + OwnUse.parse(String.valueOf(said.readLine())));
            } finally {
                lag.writes.close();
                for (Follower follower : lag.followers) {
                    follower.watch().end();
                }
                copier.destroy();
                copier.waitFor();
            }
            evidence.write();
            return evidence;
        }
    }

    private void follow(String name, LocalServer server, long process) {
        LagWatch watch = new LagWatch(server.port(), marks);
        followers.add(new Follower(name, watch, server.pid(), process));
    }

    private Sheet measure(int rate, Options options) throws IOException {
        Map<String, List<double[]>> rounds = new LinkedHashMap<>();
        followers.forEach(follower -> rounds.put(follower.name(), new ArrayList<>()));
        for (int round = 0; round < options.number("--rounds"); round++) {
            round(rate, options.number("--millis"))
                    .forEach((name, figures) -> rounds.computeIfAbsent(name, any -> new ArrayList<>())
                            .add(figures));
        }
        return new Sheet(String.format(java.util.Locale.ROOT, "%,d writes/s", rate), FIGURES, rounds);
    }

    private Map<String, double[]> round(int rate, int millis) throws IOException {
        followers.forEach(follower -> follower.watch().take());
        Map<Long, Double> cpu = new LinkedHashMap<>();
        for (Follower follower : followers) {
            cpu.put(follower.server(), Servers.cpuSeconds(follower.server()));
            cpu.put(follower.process(), Servers.cpuSeconds(follower.process()));
        }
        long begun = System.nanoTime();
        long written = writes.run(rate, TimeUnit.MILLISECONDS.toNanos(millis), marks::written);
        long ended = System.nanoTime();
        long last = marks.count();
        long[] held = new long[followers.size()];
        for (int left = held.length; left > 0; ) {
            LockSupport.parkNanos(500_000);
            for (int i = 0; i < held.length; i++) {
                if (held[i] == 0 && followers.get(i).watch().seen() >= last) {
                    held[i] = System.nanoTime();
                    left--;
                }
            }
            if (System.nanoTime() - ended > BOUND_NANOS) {
                throw new IllegalStateException("The last writes have not come: " + source);
            }
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        Map<String, double[]> figures = new LinkedHashMap<>();
        for (int i = 0; i < held.length; i++) {
            Follower follower = followers.get(i);
            Histogram lags = follower.watch().take();
            figures.put(follower.name(), new double[] {
                written * 1e9 / (held[i] - begun),
                lags.getValueAtPercentile(50) / 1e6,
                lags.getValueAtPercentile(99) / 1e6,
                lags.getMaxValue() / 1e6,
                (held[i] - ended) / 1e6,
                100 * (Servers.cpuSeconds(follower.server()) - cpu.getOrDefault(follower.server(), 0.0)) / seconds,
                100 * (Servers.cpuSeconds(follower.process()) - cpu.getOrDefault(follower.process(), 0.0)) / seconds
            });
        }
        return figures;
    }
}
