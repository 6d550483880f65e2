package dev.lockstep.drill;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Which faults begin when. Made from a seed and nothing else.
 *
 * <p>The deployment can recover from every schedule: faults of data nodes do not overlap each other; what may overlap
 * them takes no copy away and leaves a majority of the Sentinels. Times are the earliest ones: a fault that would meet a
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
        steps = steps.stream().sorted(Comparator.comparing(Step::at)).toList();
    }

    /**
     * What every article about high availability shows: write and read everywhere; a replica dies and returns; a new
     * replica joins; the primary is killed; the old primary returns as a replica.
     */
    static Schedule story() {
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
    static Schedule random(long seed, Duration length, Set<FaultKind> kinds) {
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
                if (bearsCompany(fault.kind())) {
                    Fault beside = fault(companion, random);
                    Duration lasting = fault.lasting().plusMillis(500 + random.nextInt(1_000));
                    steps.add(new Step(
                            Duration.ofMillis(at - random.nextInt(500)),
                            new Fault(companion, lasting, beside.pick(), beside.delay())));
                }
            }
            steps.add(new Step(Duration.ofMillis(at), fault));
            at = ends + settling(fault.kind()) + random.nextInt(1_500);
        }
        return new Schedule(steps, length);
    }

    /** Not while the number of nodes changes: that waits for every Sentinel. */
    private static boolean bearsCompany(FaultKind kind) {
        return !isCompanion(kind) && kind != FaultKind.ADD_REPLICA && kind != FaultKind.REMOVE_REPLICA;
    }

    private static Fault fault(FaultKind kind, SplittableRandom random) {
        long lasting = switch (kind) {
            case ADD_REPLICA, RESTART_PRIMARY, EMPTY_REPLICA -> 0;
            case PAUSE_PRIMARY -> 100L + random.nextInt(500);
            case KILL_PRIMARY -> 2_000L + random.nextInt(3_000);
            case FREEZE_PRIMARY -> 3_500L + random.nextInt(3_000);
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
