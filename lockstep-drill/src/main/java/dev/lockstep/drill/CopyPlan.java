package dev.lockstep.drill;

import dev.lockstep.drill.CopyDrillSettings.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a drill of copies does: between which kinds of deployments, and what strikes when. Made from its settings and nothing
 * else. One strike after another: each waits until the deployments have recovered from the one before.
 */
record CopyPlan(Kind source, Kind target, List<Strike> strikes) {

    /** When a strike comes. */
    enum Moment {
        /** While the snapshot is carried over. */
        FULL_COPY,
        /** While the target follows. */
        LIVE
    }

    /**
     * One fault, and its moment.
     *
     * @param part of the full copy how much is to be done before; it means nothing while live
     * @param delay how long the copy is live before; it means nothing in a full copy
     * @param lasting how long what is struck stays so, or how much later the next copier is started
     * @param pick which of several possible victims
     * @param killsToo whether the copier is killed in the middle of it
     */
    record Strike(
            CopyFault fault,
            Moment moment,
            double part,
            Duration delay,
            Duration lasting,
            int pick,
            boolean killsToo) {}

    private static final int MILLIS_PER_STRIKE = 10_000;
    private static final List<Kind> KINDS = List.of(Kind.STANDALONE, Kind.SENTINEL, Kind.CLUSTER);

    CopyPlan {
        strikes = List.copyOf(strikes);
    }

    static CopyPlan of(CopyDrillSettings settings) {
        SplittableRandom random = new SplittableRandom(settings.seed());
        Kind source;
        Kind target;
        do {
            source = settings.source() != null ? settings.source() : any(random);
            target = settings.target() != null ? settings.target() : any(random);
        } while (!suits(settings, source, target));
        List<Strike> strikes = new ArrayList<>();
        List<CopyFault> deck = new ArrayList<>();
        int count = (int) Math.max(1, settings.duration().toMillis() / MILLIS_PER_STRIKE);
        int kills = 0;
        for (int i = 0; i < count; i++) {
            if (deck.isEmpty()) {
                deck.addAll(fitting(settings, source, target)); // dealt like cards, so that all come soon
            }
            CopyFault fault = deck.remove(random.nextInt(deck.size()));
            boolean early =
                    fault == CopyFault.KILL_COPIER ? kills++ % 2 == 0 : !fault.movesSlots() && random.nextInt(4) == 0;
            strikes.add(strike(
                    fault,
                    early ? Moment.FULL_COPY : Moment.LIVE,
                    settings.faults().contains(CopyFault.KILL_COPIER),
                    random));
        }
        strikes.sort(Comparator.comparing(Strike::moment).thenComparing(Strike::part));
        return new CopyPlan(source, target, strikes);
    }

    private static Kind any(SplittableRandom random) {
        return KINDS.get(random.nextInt(KINDS.size()));
    }

    /** Something of what was asked for can be done to them; of failovers, on a deployment that has them. */
    private static boolean suits(CopyDrillSettings settings, Kind source, Kind target) {
        boolean alone = settings.faults().size() == 1;
        boolean standsStill = alone
                && ((settings.faults().contains(CopyFault.KILL_SOURCE)
                                && settings.source() == null
                                && source == Kind.STANDALONE)
                        || (settings.faults().contains(CopyFault.KILL_TARGET)
                                && settings.target() == null
                                && target == Kind.STANDALONE));
        return !standsStill && !fitting(settings, source, target).isEmpty();
    }

    private static List<CopyFault> fitting(CopyDrillSettings settings, Kind source, Kind target) {
        return settings.faults().stream()
                .filter(fault -> fault.fits(source, target))
                .sorted()
                .toList();
    }

    private static Strike strike(CopyFault fault, Moment moment, boolean mayKill, SplittableRandom random) {
        long lasting = switch (fault) {
            case KILL_COPIER -> random.nextInt(800);
            case CUT_COPIER, MOVE_TARGET_SLOTS, MOVE_SOURCE_SLOTS -> 0;
            case LOSE_SOURCE -> 200L + random.nextInt(800);
            case KILL_SOURCE, KILL_TARGET -> 500L + random.nextInt(2_500);
            case FREEZE_SOURCE, FREEZE_TARGET -> 500L + random.nextInt(3_500);
        };
        return new Strike(
                fault,
                moment,
                0.05 + 0.85 * random.nextDouble(),
                Duration.ofMillis(200L + random.nextInt(2_000)),
                Duration.ofMillis(lasting),
                random.nextInt(1_000),
                fault != CopyFault.KILL_COPIER && mayKill && random.nextInt(3) == 0);
    }

    /** Whether links between servers have to be cut. */
    boolean needsLinks() {
        return has(CopyFault.LOSE_SOURCE);
    }

    boolean has(CopyFault fault) {
        return strikes.stream().anyMatch(strike -> strike.fault() == fault);
    }
}
