package dev.lockstep.bench;

import dev.lockstep.client.Lockstep;
import dev.lockstep.client.View;
import dev.lockstep.local.LocalDeployment;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.masterreplica.MasterReplica;
import io.lettuce.core.masterreplica.StatefulRedisMasterReplicaConnection;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads that replicas serve and that keep a session's promises, beside plain Lettuce with {@link ReadFrom#REPLICA}, which
 * promises nothing; nine of ten calls are reads. Also what the primary's processor has to do for each.
 *
 * <p>Prints a Markdown table for each load: {@code java -cp lockstep-bench.jar dev.lockstep.bench.SessionReads [rounds]
 * [millis]}. All take turns in short rounds of one run: see {@link Throughput}.
 */
public final class SessionReads {

    private static final int WARMUPS = 4;
    private static final int WRITE_EVERY = 10;

    /** What was measured in one round. */
    private record Measured(Round round, double primaryCpuMicros) {}

    private final LocalDeployment redis;
    private final Load load;
    private final List<Contender> contenders;
    private final Duration time;
    private final PrintStream out;

    private SessionReads(LocalDeployment redis, Load load, List<Contender> contenders, Duration time, PrintStream out) {
        this.redis = redis;
        this.load = load;
        this.contenders = contenders;
        this.time = time;
        this.out = out;
    }

    public static void main(String... arguments) throws InterruptedException {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 9;
        int millis = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1000;
        run(rounds, Duration.ofMillis(millis), System.out);
    }

    private static void run(int rounds, Duration time, PrintStream out) throws InterruptedException {
        RedisClient client = RedisClient.create();
        try (LocalDeployment redis = new Servers(0, 2).start();
                Lockstep cache = Lockstep.connect(redis.uri());
                StatefulRedisMasterReplicaConnection<String, String> replicas =
                        MasterReplica.connect(client, StringCodec.UTF8, RedisURI.create(redis.uri()));
                StatefulRedisMasterReplicaConnection<String, String> primary =
                        MasterReplica.connect(client, StringCodec.UTF8, RedisURI.create(redis.uri()))) {
            replicas.setReadFrom(ReadFrom.REPLICA);
            primary.setReadFrom(ReadFrom.MASTER);
            Keys keys = new Keys();
            keys.fill(primary.sync());
            out.println("GET, every tenth call a SET, values of 100 bytes, 10,000 keys; " + redis.serverVersion()
                    + ", 1 primary, 2 replicas and 3 Sentinels, on this machine of "
                    + Runtime.getRuntime().availableProcessors() + " processors; Java "
                    + Runtime.version().feature() + "; per load " + rounds + " rounds of " + time.toMillis() + " ms");
            List<Contender> contenders = List.of(
                    contender("Lockstep, replica()", cache.replica()),
                    new Contender("Lettuce, ReadFrom.REPLICA", replicas.sync(), replicas.async()),
                    contender("Lockstep, session()", cache.session()),
                    new Contender("Lettuce, all from the primary", primary.sync(), primary.async()),
                    contender("Lockstep, primary()", cache.primary()));
            var reads = new SessionReads(redis, new Load(keys), contenders, time, out);
            for (Shape shape : Shape.ALL) {
                reads.compare(shape.writingEvery(WRITE_EVERY), rounds);
            }
        } finally {
            client.shutdown();
        }
    }

    private static Contender contender(String name, View<String, String> view) {
        return new Contender(name, view.sync(), view.async());
    }

    private void compare(Shape shape, int rounds) throws InterruptedException {
        for (int i = 0; i < WARMUPS; i++) {
            for (Contender contender : contenders) {
                load.run(contender, shape, time);
            }
        }
        Map<Contender, List<Measured>> done = new LinkedHashMap<>();
        contenders.forEach(contender -> done.put(contender, new ArrayList<>()));
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < contenders.size(); i++) {
                Contender contender = contenders.get((round + i) % contenders.size());
                double before = primaryCpuMicros();
                Round measured = load.run(contender, shape, time);
                double micros = (primaryCpuMicros() - before) / measured.operations();
                done.computeIfAbsent(contender, c -> new ArrayList<>()).add(new Measured(measured, micros));
            }
        }
        print(shape, done);
    }

    private void print(Shape shape, Map<Contender, List<Measured>> done) {
        List<Measured> ours = done.values().iterator().next();
        out.printf(
                Locale.ROOT,
                "%n| %s | ops/s | replica() beside it | primary's CPU, µs/op | replica() beside it |%n",
                shape.name());
        out.println("|---|---|---|---|---|");
        done.forEach((contender, its) -> out.printf(
                Locale.ROOT,
                "| %s | %,.0f | %s | %.2f | %s |%n",
                contender.name(),
                Ratios.median(perSecond(its).stream()),
                its == ours ? "" : Ratios.of(perSecond(ours), perSecond(its)),
                Ratios.median(cpu(its).stream()),
                its == ours ? "" : Ratios.of(cpu(ours), cpu(its))));
    }

    private static List<Double> perSecond(List<Measured> rounds) {
        return rounds.stream().map(measured -> measured.round().perSecond()).toList();
    }

    private static List<Double> cpu(List<Measured> rounds) {
        return rounds.stream().map(Measured::primaryCpuMicros).toList();
    }

    private double primaryCpuMicros() {
        return String.valueOf(redis.primary().command("INFO", "cpu"))
                        .lines()
                        .filter(line -> line.startsWith("used_cpu_user:") || line.startsWith("used_cpu_sys:"))
                        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(':') + 1)))
                        .sum()
                * 1e6;
    }
}
