package dev.lockstep.bench;

import dev.lockstep.client.Lockstep;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.topology.Deployment;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Throughput of the primary view beside plain Lettuce, against one real deployment, in one process.
 *
 * <p>Prints a Markdown table. Both clients have their defaults: one shared connection to each primary, timeouts on.
 */
public final class Throughput {
    /* The machine's mood changes more from minute to minute than the clients differ. So the two take turns in short rounds,
     * who begins alternates, and what counts is the median of the ratios of neighbouring rounds, never a quotient of figures
     * from different times. */

    private final Load load;
    private final Contender peer;
    private final Contender ours;
    private final PrintStream out;

    private Throughput(Load load, Contender peer, Contender ours, PrintStream out) {
        this.load = load;
        this.peer = peer;
        this.ours = ours;
        this.out = out;
    }

    public static void main(String... arguments) throws InterruptedException {
        Settings settings;
        try {
            settings = Settings.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        run(settings, System.out);
    }

    /** Starts the servers and both clients, compares them under every shape, and stops all of it. */
    static List<Comparison> run(Settings settings, PrintStream out) throws InterruptedException {
        Servers servers = settings.servers();
        try (LocalDeployment deployment = servers.start();
                Lockstep cache = Lockstep.builder(patient(deployment)).connect();
                Peer lettuce = servers.peer(deployment)) {
            out.println("GET and SET by turns, values of 100 bytes, 10,000 keys; " + deployment.serverVersion()
                    + ", " + servers + ", on this machine of "
                    + Runtime.getRuntime().availableProcessors() + " processors; Java "
                    + Runtime.version().feature() + "; per load " + settings.rounds() + " rounds of "
                    + settings.time().toMillis() + " ms each");
            out.println();
            out.println(Comparison.HEADER);
            Keys keys = new Keys();
            keys.fill(lettuce.contender().sync());
            var throughput = new Throughput(
                    new Load(keys),
                    lettuce.contender(),
                    new Contender(
                            "Lockstep", cache.primary().sync(), cache.primary().async()),
                    out);
            throughput.warmUp(Shape.BUSIEST, settings); // a lone caller would take minutes to have all of it compiled
            List<Comparison> comparisons = new ArrayList<>();
            for (Shape shape : settings.shapes()) {
                comparisons.add(throughput.compare(shape, settings));
            }
            return comparisons;
        }
    }

    /** A JVM that has just started on a busy machine may need seconds for its first connection. */
    private static Deployment patient(LocalDeployment servers) {
        return Deployment.parse(servers.uri()).toBuilder()
                .connectTimeout(Duration.ofSeconds(10))
                .build();
    }

    private void warmUp(Shape shape, Settings settings) throws InterruptedException {
        for (int i = 0; i < settings.warmups(); i++) {
            load.run(peer, shape, settings.time());
            load.run(ours, shape, settings.time());
        }
    }

    private Comparison compare(Shape shape, Settings settings) throws InterruptedException {
        warmUp(shape, settings);
        var comparison = new Comparison(shape);
        for (int i = 0; i < settings.rounds(); i++) {
            if (i % 2 == 0) {
                Round first = load.run(peer, shape, settings.time());
                comparison.add(first, load.run(ours, shape, settings.time()));
            } else {
                Round first = load.run(ours, shape, settings.time());
                comparison.add(load.run(peer, shape, settings.time()), first);
            }
        }
        out.println(comparison.row());
        return comparison;
    }
}
