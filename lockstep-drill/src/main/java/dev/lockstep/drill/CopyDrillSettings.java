package dev.lockstep.drill;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything a drill of copies depends on: the same settings make the same schedule and the same writes.
 *
 * @param source what is copied from; null to let the seed decide
 * @param target what is copied to; null to let the seed decide
 * @param seed of the schedule and the writes
 * @param duration about how long the faults take; one for every ten seconds, 10 s to 1 h
 * @param faults those to draw from
 * @param rate writes per second to the source, 10 to 20,000
 * @param keys how many the source holds before the copy begins, 1,000 to 10,000,000
 * @param serverBin the redis-server or valkey-server to run; null for the one that comes along
 */
public record CopyDrillSettings(
        @Nullable Kind source,
        @Nullable Kind target,
        long seed,
        Duration duration,
        Set<CopyFault> faults,
        int rate,
        int keys,
        @Nullable Path serverBin) {

    static final Duration USUAL_DURATION = Duration.ofSeconds(40);
    static final int USUAL_RATE = 500;
    static final int USUAL_KEYS = 20_000;

    /** A kind of deployment that is copied from or to. */
    public enum Kind {
        /** One server, which comes back with its data when it was killed. */
        STANDALONE,
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
         * @throws IllegalArgumentException if there is no such kind
         */
        public static Kind parse(String id) {
            return Arrays.stream(values())
                    .filter(kind -> kind.id().equals(id))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "source and target are standalone, sentinel or cluster; got '" + id + "'"));
        }
    }

    public CopyDrillSettings {
        DrillSettings.require(!faults.isEmpty(), "a drill needs at least one fault to draw from");
        DrillSettings.require(
                duration.toSeconds() >= 10 && duration.toHours() <= 1,
                "the duration of a drill of copies must be 10 s to 1 h; got " + DrillSettings.text(duration));
        DrillSettings.require(rate >= 10 && rate <= 20_000, "the rate must be 10 to 20000 writes/s; got " + rate);
        DrillSettings.require(keys >= 1_000 && keys <= 10_000_000, "keys must be 1000 to 10000000; got " + keys);
        for (CopyFault fault : faults) {
            DrillSettings.require(
                    fits(fault, source, target),
                    fault.id() + " cannot be done to a copy from " + text(source) + " to " + text(target));
        }
        faults = EnumSet.copyOf(faults);
    }

    private static boolean fits(CopyFault fault, @Nullable Kind source, @Nullable Kind target) {
        return Arrays.stream(Kind.values())
                .filter(from -> source == null || source == from)
                .anyMatch(from -> Arrays.stream(Kind.values())
                        .filter(to -> target == null || target == to)
                        .anyMatch(to -> fault.fits(from, to)));
    }

    private static String text(@Nullable Kind kind) {
        return kind == null ? "anything" : kind.id();
    }

    /** 40 s of the usual faults between kinds of deployments that the seed decides. */
    public static CopyDrillSettings random(long seed) {
        return new CopyDrillSettings(null, null, seed, USUAL_DURATION, CopyFault.usual(), USUAL_RATE, USUAL_KEYS, null);
    }

    /** The same with another seed. */
    public CopyDrillSettings withSeed(long other) {
        return new CopyDrillSettings(source, target, other, duration, faults, rate, keys, serverBin);
    }

    /**
     * The same between these kinds of deployments, null to let the seed decide; of the usual faults only those are left
     * that can be done to them.
     */
    public CopyDrillSettings between(@Nullable Kind from, @Nullable Kind to) {
        Set<CopyFault> possible = EnumSet.copyOf(faults);
        if (faults.equals(CopyFault.usual())) {
            possible.removeIf(fault -> !fits(fault, from, to));
        }
        return new CopyDrillSettings(from, to, seed, duration, possible, rate, keys, serverBin);
    }

    /** The same for a longer or shorter time. */
    public CopyDrillSettings withDuration(Duration other) {
        return new CopyDrillSettings(source, target, seed, other, faults, rate, keys, serverBin);
    }

    /** The same with other faults to draw from. */
    public CopyDrillSettings withFaults(Set<CopyFault> others) {
        return new CopyDrillSettings(source, target, seed, duration, others, rate, keys, serverBin);
    }

    /** The same with more or less to write per second. */
    public CopyDrillSettings withRate(int other) {
        return new CopyDrillSettings(source, target, seed, duration, faults, other, keys, serverBin);
    }

    /** The same with more or fewer keys at the beginning. */
    public CopyDrillSettings withKeys(int other) {
        return new CopyDrillSettings(source, target, seed, duration, faults, rate, other, serverBin);
    }

    /** The same on other servers; null for those that come along. */
    public CopyDrillSettings withServerBin(@Nullable Path other) {
        return new CopyDrillSettings(source, target, seed, duration, faults, rate, keys, other);
    }

    private Set<CopyFault> undrawn() {
        Set<CopyFault> all = CopyFault.usual();
        all.removeIf(fault -> !fits(fault, source, target));
        return all;
    }

    /** The command line that runs the same drill again. */
    public String command() {
        StringBuilder command = new StringBuilder("lockstep drill --workload sync");
        if (source != null) {
            command.append(" --source ").append(source.id());
        }
        if (target != null) {
            command.append(" --target ").append(target.id());
        }
        command.append(" --seed ").append(seed).append(" --duration ").append(DrillSettings.text(duration));
        if (!faults.equals(undrawn())) {
            command.append(" --faults ").append(CopyFault.ids(faults));
        }
        if (rate != USUAL_RATE) {
            command.append(" --rate ").append(rate);
        }
        if (keys != USUAL_KEYS) {
            command.append(" --keys ").append(keys);
        }
        if (serverBin != null) {
            command.append(" --server-bin ").append(serverBin);
        }
        return command.toString();
    }
}
