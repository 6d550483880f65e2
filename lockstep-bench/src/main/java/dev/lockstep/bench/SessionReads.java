package dev.lockstep.bench;

import dev.lockstep.client.Lockstep;
import dev.lockstep.local.LocalDeployment;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.masterreplica.MasterReplica;
import io.lettuce.core.masterreplica.StatefulRedisMasterReplicaConnection;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/**
 * Reads that replicas serve and that keep a session's promises, beside plain Lettuce with {@link ReadFrom#REPLICA}, which
 * promises nothing; nine of ten calls are reads. Also what the primary's processor has to do for each.
 *
 * <p>Prints a Markdown table for each load: all take turns, as {@link Turns} says.
 */
public final class SessionReads {

    private static final int WRITE_EVERY = 10;
    private static final List<Sheet.Column> FIGURES =
            List.of(new Sheet.Column("ops/s", 0, true), new Sheet.Column("primary's CPU, µs/op", 2, true));

    private final LocalDeployment redis;
    private final Load load;
    private final Duration time;

    private SessionReads(LocalDeployment redis, Load load, Duration time) {
        this.redis = redis;
        this.load = load;
        this.time = time;
    }

    public static void main(String... arguments) throws InterruptedException, IOException {
        run(Options.parse(SessionReads.class, Options.rounds(9, 1_000, 4), arguments), System.out);
    }

    private static void run(Options options, PrintStream out) throws InterruptedException, IOException {
        RedisClient client = RedisClient.create();
        Servers servers = new Servers(0, 2);
        try (LocalDeployment redis = servers.start();
                Lockstep cache = Lockstep.connect(redis.uri());
                StatefulRedisMasterReplicaConnection<String, String> replicas =
                        MasterReplica.connect(client, StringCodec.UTF8, RedisURI.create(redis.uri()));
                StatefulRedisMasterReplicaConnection<String, String> primary =
                        MasterReplica.connect(client, StringCodec.UTF8, RedisURI.create(redis.uri()))) {
            replicas.setReadFrom(ReadFrom.REPLICA);
            primary.setReadFrom(ReadFrom.MASTER);
            Evidence evidence = new Evidence(
                    "session-reads",
                    "GET, every tenth call a SET, values of 100 bytes, 10,000 keys; " + redis.serverVersion() + ", "
                            + servers,
                    options,
                    out);
            List<Contender> contenders = List.of(
                    LettuceCalls.contender("Lockstep, replica()", cache.replica()),
                    LettuceCalls.contender("Lettuce, ReadFrom.REPLICA", replicas.sync(), replicas.async()),
                    LettuceCalls.contender("Lockstep, session()", cache.session()),
                    LettuceCalls.contender("Lettuce, all from the primary", primary.sync(), primary.async()),
                    LettuceCalls.contender("Lockstep, primary()", cache.primary()));
            Keys keys = new Keys();
            keys.fill(contenders.get(0).calls().apply(1));
            var reads = new SessionReads(redis, new Load(keys), Duration.ofMillis(options.number("--millis")));
            for (Shape shape : Shape.ALL) {
                Shape reading = shape.writingEvery(WRITE_EVERY);
                evidence.compare(
                        shape.name(),
                        FIGURES,
                        contenders,
                        Contender::name,
                        contender -> reads.figures(contender, reading));
            }
            evidence.write();
        } finally {
            client.shutdown();
        }
    }

    private double[] figures(Contender contender, Shape shape) throws InterruptedException {
        double before = primaryCpuMicros();
        Round round = load.run(contender, shape, time);
        return new double[] {round.perSecond(), (primaryCpuMicros() - before) / round.operations()};
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
