package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the replicas held that a call waited for is there at the end; and of every other acknowledged write that is gone, the
 * client has said so.
 *
 * <p>All replicas: under every fault but one that empties the primary. One replica: if what took the primary left all
 * replicas alone as well, for then the one that has most takes over.
 *
 * <p>Lists and counters bear witness: each element is pushed once, and each counter has one caller. Registers are overwritten
 * and tell nothing. A client tells of an emptied shard as a whole, and else of a loss by the key, so of several writes to one
 * key as many must be told as are gone. More may be told, where a failover cut through what was sent together ({@link
 * Figures#toldThere}); without one, none.
 */
final class LossChecker implements Checker {
    private final List<FaultWindow> faults;

    LossChecker(List<FaultWindow> faults) {
        this.faults = List.copyOf(faults);
    }

    @Override
    public List<Finding> check(History history) {
        List<Violation> broken = new ArrayList<>();
        List<Violation> untold = new ArrayList<>();
        List<Violation> madeUp = new ArrayList<>();
        long confirmed = 0;
        long acknowledged = 0;
        for (Acknowledged writes : Acknowledged.of(history)) {
            Key key = writes.key();
            List<Call> gone = writes.gone();
            for (Call write : gone) {
                if ((write.op() == Op.APPEND_DURABLE || (write.op() == Op.APPEND_TO_ONE && mustSurvive(history, write)))
                        && faults.stream().noneMatch(fault -> fault.mayHaveEmptied(history, write))) {
                    String whom = write.op() == Op.APPEND_DURABLE ? "all replicas" : "one replica";
                    broken.add(new Violation(
                            Anomaly.CONFIRMED_WRITE_LOST,
                            write.returned(),
                            "Element " + write.value() + " was confirmed by " + whom + " at "
                                    + Evidence.at(write.returned()) + " and is not in " + key.name()));
                }
            }
            long told = history.toldLost(key);
            if (told < toBeTold(history, writes)) {
                untold.add(new Violation(
                        Anomaly.LOSS_NOT_REPORTED,
                        gone.get(gone.size() - 1).returned(),
                        "Of " + key.name() + " " + gone.size() + " acknowledged writes are gone, and " + told
                                + " were told to be lost"));
            }
            if (told > gone.size() && history.changes().isEmpty()) {
                madeUp.add(new Violation(
                        Anomaly.LOSS_MADE_UP,
                        0,
                        "Of " + key.name() + " " + told + " writes were told to be lost, and " + gone.size()
                                + " are gone, while no primary was replaced"));
            }
            acknowledged += writes.count();
            confirmed += writes.all()
                    .filter(write -> write.op() == Op.APPEND_DURABLE || write.op() == Op.APPEND_TO_ONE)
                    .count();
        }
        return List.of(
                new Finding(Anomaly.CONFIRMED_WRITE_LOST, confirmed, broken),
                new Finding(Anomaly.LOSS_NOT_REPORTED, acknowledged, untold),
                new Finding(Anomaly.LOSS_MADE_UP, acknowledged, madeUp));
    }

    /** How many of those that are gone the client must have named. Which ones of a counter are gone nobody knows. */
    private static long toBeTold(History history, Acknowledged writes) {
        if (writes.isList()) {
            return writes.gone().stream()
                    .filter(write -> !history.toldEmptied(write))
                    .count();
        }
        return writes.gone().size() - writes.all().filter(history::toldEmptied).count();
    }

    /** Whether no replica of its shard was struck between the write and the end of the next change of its primary. */
    private boolean mustSurvive(History history, Call write) {
        int slot = history.key(write).slot();
        Placement placement = history.placement();
        Optional<PrimaryChange> next = history.changes().stream()
                .filter(change -> change.after() >= write.invoked()
                        && placement.mayHold(change.shard(), slot, write.invoked(), change.after()))
                .findFirst();
        long until = next.map(PrimaryChange::after).orElse(Long.MAX_VALUE);
        return faults.stream()
                .noneMatch(fault -> !fault.kind().sparesReplicas()
                        && fault.fromNanos() <= until
                        && fault.settledNanos() >= write.invoked()
                        && placement.mayHold(fault.shard(), slot, write.invoked(), until));
    }
}
