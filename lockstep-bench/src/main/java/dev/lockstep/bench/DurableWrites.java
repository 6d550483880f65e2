package dev.lockstep.bench;

import dev.lockstep.client.Durability;
import dev.lockstep.client.Lockstep;
import dev.lockstep.client.View;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Throughput and latency of writes that two replicas must hold before they return, beside what a user would write today.
 *
 * <p>Arguments: rounds (default 7), milliseconds of each (default 1000), and the numbers of writers (default 1 16 64 256).
 * Prints a Markdown table for each number of writers.
 */
public final class DurableWrites {
    /* As in Throughput: all ways take turns in short rounds of one run, a different one begins each time, and what counts is
     * the median of the ratios of one round. */

    private static final int REPLICAS = 2;
    private static final int WARMUPS = 2;

    private final PrintStream out;
    private final long millis;
    private final int rounds;

    private DurableWrites(int rounds, long millis, PrintStream out) {
        this.rounds = rounds;
        this.millis = millis;
        this.out = out;
    }

    public static void main(String... arguments) throws InterruptedException {
        List<Integer> numbers = Stream.of(arguments).map(Integer::valueOf).toList();
        int rounds = numbers.isEmpty() ? 7 : numbers.get(0);
        int millis = numbers.size() < 2 ? 1_000 : numbers.get(1);
        List<Integer> writers = numbers.size() < 3 ? List.of(1, 16, 64, 256) : numbers.subList(2, numbers.size());
        new DurableWrites(rounds, millis, System.out).run(writers);
    }

    private void run(List<Integer> writers) throws InterruptedException {
        try (LocalDeployment redis = LocalRedis.sentinel()
                        .replicas(REPLICAS)
                        .config("appendonly", "no")
                        .start();
                Lockstep cache = Lockstep.connect(redis.uri())) {
            out.printf(
                    Locale.ROOT,
                    "SET of 100 bytes, held by %d of %d replicas when it returns; %s; per way %d rounds of %d ms%n",
                    REPLICAS,
                    REPLICAS,
                    redis.serverVersion(),
                    rounds,
                    millis);
            for (int count : writers) {
                compare(redis, cache, count);
            }
        }
    }

    private void compare(LocalDeployment redis, Lockstep cache, int writers) throws InterruptedException {
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
            for (int i = 0; i < WARMUPS; i++) {
                for (DurableWay way : ways) {
                    new DurableRound(way, writers).run(millis);
                }
            }
            Map<DurableWay, List<DurableRound>> done = new LinkedHashMap<>();
            ways.forEach(way -> done.put(way, new ArrayList<>()));
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < ways.size(); i++) {
                    DurableWay way = ways.get((round + i) % ways.size());
                    done.computeIfAbsent(way, w -> new ArrayList<>()).add(new DurableRound(way, writers).run(millis));
                }
            }
            print(writers, done);
        } finally {
            ways.forEach(DurableWay::close);
        }
    }

    private void print(int writers, Map<DurableWay, List<DurableRound>> done) {
        List<DurableRound> ours = done.values().iterator().next();
        out.printf(Locale.ROOT, "%n| %d writers | writes/s | Lockstep beside it | p50, µs | p99, µs |%n", writers);
        out.println("|---|---|---|---|---|");
        done.forEach((way, its) -> out.printf(
                Locale.ROOT,
                "| %s | %,.0f | %s | %,.0f | %,.0f |%n",
                way.name(),
                Ratios.median(perSecond(its).stream()),
                its == ours ? "" : Ratios.of(perSecond(ours), perSecond(its)),
                Ratios.median(its.stream().map(round -> round.micros(50))),
                Ratios.median(its.stream().map(round -> round.micros(99)))));
    }

    private static List<Double> perSecond(List<DurableRound> rounds) {
        return rounds.stream().map(DurableRound::perSecond).toList();
    }
}
