package dev.lockstep.bench;

import dev.lockstep.client.Lockstep;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.topology.Deployment;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Throughput of the primary view beside Lettuce, Redisson and Jedis, against one real deployment, in one process.
 *
 * <p>Prints a Markdown table for each load. What each client is set to is said at {@link Peers}.
 */
public final class Throughput {

    private static final List<Options.Known> OPTIONS = Stream.concat(
                    Options.rounds(9, 1_000, 3).stream(),
                    Stream.of(
                            new Options.Known("--shape", "only this load, from 1 on; 0 for all", 0, 0),
                            new Options.Known("--shards", "shards of a cluster; 0 for none", 0, 0),
                            new Options.Known(
                                    "--replicas", "of each primary; 0 without shards: one server, no Sentinel", 2, 0)))
            .toList();

    private static final List<Sheet.Column> FIGURES = List.of(
            new Sheet.Column("ops/s", 0, true),
            new Sheet.Column("client CPU, µs/op", 1, false),
            new Sheet.Column("servers' CPU, µs/op", 1, false));

    private Throughput() {}

    public static void main(String... arguments) throws InterruptedException, IOException {
        run(Options.parse(Throughput.class, OPTIONS, arguments), System.out);
    }

    /** As from the command line. */
    static Evidence run(PrintStream out, String... arguments) throws InterruptedException, IOException {
        return run(Options.read(Throughput.class, OPTIONS, arguments), out);
    }

    /** Starts the servers and all clients, compares them under every load, and stops all of it. */
    private static Evidence run(Options options, PrintStream out) throws InterruptedException, IOException {
        Servers servers = new Servers(options.number("--shards"), options.number("--replicas"));
        try (LocalDeployment deployment = servers.start();
                Lockstep cache = Lockstep.builder(patient(deployment)).connect();
                Peers peers = servers.peers(deployment)) {
            Evidence evidence = new Evidence(
                    "throughput-" + servers.kind(),
                    "GET and SET by turns, values of 100 bytes, 10,000 keys; " + deployment.serverVersion() + ", "
                            + servers,
                    options,
                    out);
            List<Contender> contenders = new ArrayList<>();
            contenders.add(LettuceCalls.contender("Lockstep", cache.primary()));
            contenders.addAll(peers.contenders());
            Keys keys = new Keys();
            keys.fill(contenders.get(0).calls().apply(1));
            Load load = new Load(keys);
            Duration time = Duration.ofMillis(options.number("--millis"));
            // A lone caller would take minutes to have all of it compiled.
            Turns.take(
                    contenders,
                    options.number("--warmups"),
                    0,
                    contender -> load.run(contender, Shape.BUSIEST, time).figures());
            for (Shape shape : Shape.on(servers, options.number("--shape"))) {
                evidence.compare(
                        shape.name(),
                        FIGURES,
                        contenders,
                        Contender::name,
                        contender -> load.run(contender, shape, time).figures());
            }
            evidence.write();
            return evidence;
        }
    }

    /** A JVM that has just started on a busy machine may need seconds for its first connection. */
    private static Deployment patient(LocalDeployment servers) {
        return Deployment.parse(servers.uri()).toBuilder()
                .connectTimeout(Duration.ofSeconds(10))
                .build();
    }
}
