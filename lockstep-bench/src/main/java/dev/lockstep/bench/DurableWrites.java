package dev.lockstep.bench;

import dev.lockstep.client.Durability;
import dev.lockstep.client.Lockstep;
import dev.lockstep.client.View;
import dev.lockstep.local.LocalDeployment;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Stream;

/**
 * Throughput and latency of writes that two replicas must hold before they return, beside what a user would write today.
 *
 * <p>Prints a Markdown table for each number of writers; all take turns, as {@link Turns} says.
 */
public final class DurableWrites {

    private static final int REPLICAS = 2;
    private static final List<Options.Known> OPTIONS = Stream.concat(
                    Options.rounds(7, 1_000, 2).stream(),
                    Stream.of(new Options.Known("--writers", "only with so many; 0 for 1, 16, 64 and 256", 0, 0)))
            .toList();

    private static final List<Sheet.Column> FIGURES = List.of(
            new Sheet.Column("writes/s", 0, true),
            new Sheet.Column("p50, µs", 0, false),
            new Sheet.Column("p99, µs", 0, false));

    private DurableWrites() {}

    public static void main(String... arguments) throws InterruptedException, IOException {
        run(Options.parse(DurableWrites.class, OPTIONS, arguments), System.out);
    }

    private static void run(Options options, PrintStream out) throws InterruptedException, IOException {
        try (LocalDeployment redis = new Servers(0, REPLICAS).start();
                Lockstep cache = Lockstep.connect(redis.uri())) {
            Evidence evidence = new Evidence(
                    "durable-writes",
                    "SET of 100 bytes, held by " + REPLICAS + " of " + REPLICAS + " replicas when it returns; "
                            + redis.serverVersion(),
                    options,
                    out);
            int only = options.number("--writers");
            for (int writers : only == 0 ? List.of(1, 16, 64, 256) : List.of(only)) {
                compare(redis, cache, writers, options.number("--millis"), evidence);
            }
            evidence.write();
        }
    }

    private static void compare(LocalDeployment redis, Lockstep cache, int writers, int millis, Evidence evidence)
            throws InterruptedException {
        int port = redis.primary().port();
        View<String, String> durable = cache.primary().writing(Durability.allReplicas());
        List<DurableWay> ways = List.of(
                DurableWay.lockstep("Lockstep, async, allReplicas()", durable, writers),
                DurableWay.blockingLockstep("Lockstep, a thread per writer, allReplicas()", durable, writers),
                DurableWay.jedis(port, writers, REPLICAS),
                DurableWay.lettuce(port, writers, REPLICAS),
                DurableWay.sharedLettuce(port, writers, REPLICAS),
                DurableWay.lockstep("Lockstep, async, no durability", cache.primary(), writers));
        try {
            evidence.compare(
                    writers == 1 ? "1 writer" : writers + " writers",
                    FIGURES,
                    ways,
                    DurableWay::name,
                    way -> new DurableRound(way, writers).run(millis).figures());
        } finally {
            ways.forEach(DurableWay::close);
        }
    }
}
