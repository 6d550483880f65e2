package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What all replicas held when its call returned is there at the end; and of every other acknowledged write that is gone, the
 * client has said so.
 *
 * <p>Lists and counters bear witness: each element is pushed once, and each counter has one caller. Registers are overwritten
 * and tell nothing. A client tells of a loss by the key, so of several writes to one key as many must be told as are gone.
 */
final class LossChecker implements Checker {

    @Override
    public List<Finding> check(History history) {
        List<Violation> broken = new ArrayList<>();
        List<Violation> untold = new ArrayList<>();
        long confirmed = 0;
        long acknowledged = 0;
        for (Key key : history.keys()) {
            long[] held = history.finals().get(key.id());
            if (held == null || key.type() == Key.Type.REGISTER) {
                continue;
            }
            List<Call> writes = history.calls().stream()
                    .filter(call -> call.key() == key.id() && call.ok())
                    .toList();
            List<Call> gone = key.type() == Key.Type.LIST ? missing(writes, held) : surplus(writes, held[0]);
            for (Call write : gone) {
                if (write.op() == Op.APPEND_DURABLE) {
                    broken.add(new Violation(
                            Anomaly.CONFIRMED_WRITE_LOST,
                            write.returned(),
                            "Element " + write.value() + " was confirmed by all replicas at "
                                    + Evidence.at(write.returned()) + " and is not in " + key.name()));
                }
            }
            long told = history.toldLost(key);
            if (told < gone.size()) {
                untold.add(new Violation(
                        Anomaly.LOSS_NOT_REPORTED,
                        gone.get(gone.size() - 1).returned(),
                        "Of " + key.name() + " " + gone.size() + " acknowledged writes are gone, and " + told
                                + " were told to be lost"));
            }
            acknowledged += writes.size();
            confirmed += writes.stream()
                    .filter(write -> write.op() == Op.APPEND_DURABLE)
                    .count();
        }
        return List.of(
                new Finding(Anomaly.CONFIRMED_WRITE_LOST, confirmed, broken),
                new Finding(Anomaly.LOSS_NOT_REPORTED, acknowledged, untold));
    }

    private static List<Call> missing(List<Call> appends, long[] held) {
        Set<Long> elements = new HashSet<>(Arrays.stream(held).boxed().toList());
        return appends.stream()
                .filter(append -> !elements.contains(append.value()))
                .toList();
    }

    /** As many of the last increments as the counter is short of. */
    private static List<Call> surplus(List<Call> increments, long held) {
        int there = (int) Math.min(increments.size(), Math.max(0, held));
        return increments.subList(there, increments.size());
    }
}
