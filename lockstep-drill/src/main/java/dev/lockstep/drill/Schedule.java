package dev.lockstep.drill;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Which faults begin when. Made from a seed and nothing else.
 *
 * <p>The deployment can recover from every schedule: faults of data nodes of one shard do not overlap each other, and no
 * two primaries of a cluster are struck at once, which leaves a majority to elect a third; what may overlap them takes no
 * copy away and leaves a majority of the Sentinels. Times are the earliest ones: a fault that would meet a
 * deployment which has not recovered from the one before waits for it.
 *
 * @param length of the whole drill, from the first call to the last
 */
record Schedule(List<Step> steps, Duration length) {

    /** One fault and the earliest time at which it begins, from the first call. */
    record Step(Duration at, Fault fault) {}

    private static final List<FaultKind> COMPANIONS = List.of(
            FaultKind.SLOW_PRIMARY_REPLICA,
            FaultKind.CUT_APP_REPLICA,
            FaultKind.KILL_SENTINEL,
            FaultKind.PAUSE_SENTINEL);

    /** Whether it may overlap any other fault, since it takes no copy away. */
    static boolean isCompanion(FaultKind kind) {
        return COMPANIONS.contains(kind);
    }

    Schedule {
        steps = strikingOneSentinel(
                steps.stream().sorted(Comparator.comparing(Step::at)).toList());
    }

    /**
     * A Sentinel that was frozen for two seconds takes no part in anything for the next thirty: it mistrusts its clock, which
     * Redis calls TILT. With another one struck meanwhile no majority is left, so all such faults strike the same.
     */
    private static List<Step> strikingOneSentinel(List<Step> steps) {
        List<Step> all = new ArrayList<>();
        int pick = -1;
        for (Step step : steps) {
            Fault fault = step.fault();
            if (fault.kind().target() == FaultKind.Target.SENTINEL) {
                pick = pick < 0 ? fault.pick() : pick;
                fault = new Fault(fault.kind(), fault.lasting(), pick, fault.delay());
            }
            all.add(new Step(step.at(), fault));
        }
        return List.copyOf(all);
    }

    /** How many shards are drilled. */
    static int shards(DrillSettings.Topology topology) {
        return topology == DrillSettings.Topology.CLUSTER ? 3 : 1;
    }

    /**
     * What every article about high availability shows: write and read everywhere; a replica dies and returns; a new
     * replica joins; in a cluster slots move; a primary is killed; the old primary returns as a replica.
     */
    static Schedule story(DrillSettings.Topology topology) {
        if (topology == DrillSettings.Topology.CLUSTER) {
            return new Schedule(
                    List.of(
                            step(3_000, FaultKind.KILL_REPLICA, 4_000, 0),
                            step(11_000, FaultKind.ADD_REPLICA, 0, 1),
                            step(18_000, FaultKind.MOVE_SLOTS, 0, 0),
                            step(26_000, FaultKind.KILL_PRIMARY, 6_000, 1)),
                    Duration.ofSeconds(45));
        }
        return new Schedule(
                List.of(
                        step(3_000, FaultKind.KILL_REPLICA, 5_000, 0),
                        step(12_000, FaultKind.ADD_REPLICA, 0, 0),
                        step(20_000, FaultKind.KILL_PRIMARY, 6_000, 0)),
                Duration.ofSeconds(45));
    }

    private static Step step(long at, FaultKind kind, long lasting, int pick) {
        return new Step(Duration.ofMillis(at), new Fault(kind, Duration.ofMillis(lasting), pick, Duration.ZERO));
    }

    /**
     * Another schedule for each seed.
     *
     * @param kinds the faults to choose from, not empty
     */
    static Schedule random(DrillSettings.Topology topology, long seed, Duration length, Set<FaultKind> kinds) {
        SplittableRandom random = new SplittableRandom(seed);
        List<FaultKind> choice = kinds.stream().sorted().toList();
        List<FaultKind> companions = COMPANIONS.stream().filter(kinds::contains).toList();
        List<Step> steps = new ArrayList<>();
        List<FaultKind> deck = new ArrayList<>();
        long at = 2_000L + random.nextInt(1_000);
        while (true) {
            if (deck.isEmpty()) {
                deck.addAll(choice); // dealt like cards, so that a short drill does not draw one kind again and again
            }
            Fault fault = fault(deck.remove(random.nextInt(deck.size())), random);
            long ends = at + fault.lasting().toMillis();
            if (ends + settling(fault.kind()) > length.toMillis()) {
                break;
            }
            if (!companions.isEmpty() && random.nextInt(3) == 0) {
                FaultKind companion = companions.get(random.nextInt(companions.size()));
                if (bearsCompany(fault.kind())
                        && !(fault.kind().isPartition() && companion == FaultKind.SLOW_PRIMARY_REPLICA)) {
                    Fault beside = fault(companion, random);
                    Duration lasting = fault.lasting().plusMillis(500 + random.nextInt(1_000));
                    steps.add(new Step(
                            Duration.ofMillis(at - random.nextInt(500)),
                            new Fault(companion, lasting, beside.pick(), beside.delay())));
                }
            }
            steps.add(new Step(Duration.ofMillis(at), fault));
            if (shards(topology) > 1 && random.nextInt(2) == 0) {
                Fault other = second(fault, choice, random, shards(topology));
                // Slots should be on their way already when the other fault strikes.
                long begins = at + random.nextInt(600) - (other != null && movesSlots(other) ? 600 : 0);
                if (other != null
                        && begins + other.lasting().toMillis() + settling(other.kind()) <= length.toMillis()) {
                    steps.add(new Step(Duration.ofMillis(begins), other));
                    ends = Math.max(ends, begins + other.lasting().toMillis());
                }
            }
            at = ends + settling(fault.kind()) + random.nextInt(1_500);
        }
        return new Schedule(steps, length);
    }

    /** A fault that strikes a cluster while another one is there; null if luck does not find one. */
    private static @Nullable Fault second(Fault first, List<FaultKind> choice, SplittableRandom random, int shards) {
        // The hardest that can happen to a move is a failover of a shard that it concerns.
        if (first.kind().takesPrimary() && choice.contains(FaultKind.MOVE_SLOTS) && random.nextInt(3) > 0) {
            Fault move = new Fault(FaultKind.MOVE_SLOTS, Duration.ZERO, first.pick(), Duration.ZERO);
            if (mayOverlap(first, move, shards)) {
                return move;
            }
        }
        for (int tries = 0; tries < 8; tries++) {
            Fault other = fault(choice.get(random.nextInt(choice.size())), random);
            if (mayOverlap(first, other, shards)) {
                return other;
            }
        }
        return null;
    }

    /**
     * Whether two faults, neither of them a companion, may be there at once: in different shards of a cluster, only one of
     * them of a primary, and not while nodes come and go. Slots may move meanwhile, as long as their keys can.
     */
    static boolean mayOverlap(Fault one, Fault other, int shards) {
        if (shards == 1 || !bearsCompany(one.kind()) || !bearsCompany(other.kind())) {
            return false;
        }
        if (movesSlots(one) || movesSlots(other)) {
            return movesSlots(one) ? mayMeet(one, other, shards) : mayMeet(other, one, shards);
        }
        boolean primaries = strikesPrimary(one.kind()) && strikesPrimary(other.kind());
        return one.shard(shards) != other.shard(shards) && !primaries;
    }

    /**
     * A primary that imports slots takes a new epoch for each without asking anybody. One that is replaced and yet alive may
     * take the very epoch in which its replica was elected, and then keep the slots: Redis leaves such a shard in two parts.
     */
    private static boolean mayMeet(Fault move, Fault other, int shards) {
        boolean outlives = other.kind() == FaultKind.PROMOTE_REPLICA
                || other.kind() == FaultKind.SWITCHOVER
                || other.kind() == FaultKind.FREEZE_PRIMARY;
        return other.kind() != FaultKind.MOVE_SLOTS
                && !other.kind().isPartition()
                && other.kind() != FaultKind.CUT_APP_PRIMARY
                && other.kind() != FaultKind.SLOW_APP_PRIMARY
                && !(outlives && other.shard(shards) == move.destination(shards));
    }

    private static boolean movesSlots(Fault fault) {
        return fault.kind() == FaultKind.MOVE_SLOTS;
    }

    private static boolean strikesPrimary(FaultKind kind) {
        return kind.takesPrimary() || kind.target() == FaultKind.Target.PRIMARY;
    }

    /** Not while the number of nodes changes, which waits for everyone who watches, nor where all of a shard's data goes. */
    private static boolean bearsCompany(FaultKind kind) {
        return !isCompanion(kind)
                && kind != FaultKind.ADD_REPLICA
                && kind != FaultKind.REMOVE_REPLICA
                && kind != FaultKind.EMPTY_PRIMARY;
    }

    private static Fault fault(FaultKind kind, SplittableRandom random) {
        long lasting = switch (kind) {
            case ADD_REPLICA, RESTART_PRIMARY, EMPTY_PRIMARY, EMPTY_REPLICA, PROMOTE_REPLICA, SWITCHOVER, MOVE_SLOTS ->
                0;
            case PAUSE_PRIMARY -> 100L + random.nextInt(500);
            case KILL_PRIMARY, KILL_PRIMARY_AND_REPLICA -> 2_000L + random.nextInt(3_000);
            case FREEZE_PRIMARY, ISOLATE_PRIMARY, ISOLATE_PRIMARY_AND_REPLICA -> 3_500L + random.nextInt(3_000);
            default -> 1_000L + random.nextInt(3_000);
        };
        boolean slow = kind == FaultKind.SLOW_APP_PRIMARY || kind == FaultKind.SLOW_PRIMARY_REPLICA;
        return new Fault(
                kind,
                Duration.ofMillis(lasting),
                random.nextInt(1_000),
                slow ? Duration.ofMillis(10L + random.nextInt(90)) : Duration.ZERO);
    }

    /** How long the deployment is usually not whole after the fault was healed, in milliseconds. */
    private static long settling(FaultKind kind) {
        return kind.takesPrimary() ? 5_000 : 2_000;
    }
}
