package dev.lockstep.drill;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything a drill depends on: the same settings make the same schedule and the same workload.
 *
 * @param topology what is drilled
 * @param seed of the schedule, the workload and the bounds; the story has a fixed schedule
 * @param isStory whether the schedule is the {@link #story}, not drawn from the seed
 * @param duration from the first call to the last, 5 s to 1 h; about 70 bytes are kept per call
 * @param faults the faults that a random schedule draws from
 * @param load how much each client is asked
 * @param serverBin the redis-server or valkey-server to run; null for the one that comes along
 */
public record DrillSettings(
        Topology topology,
        long seed,
        boolean isStory,
        Duration duration,
        Set<FaultKind> faults,
        Load load,
        @Nullable Path serverBin) {

    /** A kind of deployment that can be drilled. */
    public enum Topology {
        /** One primary, 2 replicas and 3 Sentinels. */
        SENTINEL,
        /** A Redis Cluster of 3 shards, each of one primary and 1 replica. */
        CLUSTER;

        /** Its name in lower case. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }

        /**
         * Reads an {@link #id}.
         *
         * @throws IllegalArgumentException if there is no such topology
         */
        public static Topology parse(String id) {
            return Arrays.stream(values())
                    .filter(topology -> topology.id().equals(id))
                    .findFirst()
                    .orElseThrow(() ->
                            new IllegalArgumentException("the topology must be sentinel or cluster; got '" + id + "'"));
        }
    }

    /**
     * How much each client is asked.
     *
     * @param threads per client, 4 to 256
     * @param rate calls per second and client, all threads together, 10 to 100,000
     * @param timeout how long one call may take, 100 ms to 60 s
     */
    public record Load(int threads, int rate, Duration timeout) {

        /** 16 threads, 2000 calls/s, 5 s per call. */
        public static final Load USUAL = new Load(16, 2_000, Duration.ofSeconds(5));

        public Load {
            require(threads >= 4 && threads <= 256, "threads must be 4 to 256; got " + threads);
            require(rate >= 10 && rate <= 100_000, "rate must be 10 to 100000 calls/s; got " + rate);
            require(
                    timeout.toMillis() >= 100 && timeout.toSeconds() <= 60,
                    "the timeout of a call must be 100 ms to 60 s; got " + text(timeout));
        }
    }

    public DrillSettings {
        require(!faults.isEmpty(), "a drill needs at least one fault to draw from");
        require(
                duration.toSeconds() >= 5 && duration.toHours() <= 1,
                "the duration must be 5 s to 1 h; got " + text(duration));
        for (FaultKind fault : faults) {
            require(fault.fits(topology), fault.id() + " cannot be done to a " + topology.id());
        }
        faults = EnumSet.copyOf(faults);
    }

    /**
     * The default drill: write and read everywhere; a replica dies and returns; another joins; in a cluster slots move;
     * the primary is killed.
     */
    public static DrillSettings story(Topology topology) {
        Duration length = Schedule.story(topology).length();
        return new DrillSettings(topology, 1, true, length, FaultKind.all(topology), Load.USUAL, null);
    }

    /** A minute of all faults, drawn from a seed. */
    public static DrillSettings random(Topology topology, long seed) {
        return new DrillSettings(
                topology, seed, false, Duration.ofMinutes(1), FaultKind.all(topology), Load.USUAL, null);
    }

    /** The same with another seed. */
    public DrillSettings withSeed(long other) {
        return new DrillSettings(topology, other, isStory, duration, faults, load, serverBin);
    }

    /** The same for a longer or shorter time. */
    public DrillSettings withDuration(Duration other) {
        return new DrillSettings(topology, seed, isStory, other, faults, load, serverBin);
    }

    /** The same with other faults to draw from. */
    public DrillSettings withFaults(Set<FaultKind> others) {
        return new DrillSettings(topology, seed, isStory, duration, others, load, serverBin);
    }

    /** The same with more or less load. */
    public DrillSettings withLoad(Load other) {
        return new DrillSettings(topology, seed, isStory, duration, faults, other, serverBin);
    }

    /** The same on other servers; null for those that come along. */
    public DrillSettings withServerBin(@Nullable Path other) {
        return new DrillSettings(topology, seed, isStory, duration, faults, load, other);
    }

    static void require(boolean met, String otherwise) {
        if (!met) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    Schedule schedule() {
        return isStory ? Schedule.story(topology) : Schedule.random(topology, seed, duration, faults);
    }

    /** The command line that runs the same drill again. */
    public String command() {
        StringBuilder command = new StringBuilder("lockstep drill");
        if (topology != Topology.SENTINEL) {
            command.append(" --topology ").append(topology.id());
        }
        if (!isStory) {
            command.append(" --seed ").append(seed).append(" --duration ").append(text(duration));
            if (!faults.equals(FaultKind.all(topology))) {
                command.append(" --faults ")
                        .append(faults.stream().map(FaultKind::id).collect(Collectors.joining(",")));
            }
        }
        if (load.threads() != Load.USUAL.threads()) {
            command.append(" --threads ").append(load.threads());
        }
        if (load.rate() != Load.USUAL.rate()) {
            command.append(" --rate ").append(load.rate());
        }
        if (!load.timeout().equals(Load.USUAL.timeout())) {
            command.append(" --timeout ").append(text(load.timeout()));
        }
        if (serverBin != null) {
            command.append(" --server-bin ").append(serverBin);
        }
        return command.toString();
    }

    static String text(Duration duration) {
        return duration.toMillis() % 1_000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
