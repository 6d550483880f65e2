package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * When acknowledged writes may have been lost with a primary, as the lists of the workload bear witness.
 *
 * <p>Replication is asynchronous: a new primary holds a prefix of what its predecessor acknowledged, and nobody tells
 * where it ends. The appended elements do: one that survived proves that everything acknowledged before it was sent
 * survived too. Between the last such proof and the change of primary a write may be lost; outside it is not.
 */
final class LossWindows {
    /* The old primary can acknowledge writes after the new one was promoted (frozen and thawed, cut off but not from us).
     * They are lost as well. Lost elements show until when; a register written after the last of them is given this
     * much, far more than the time between two appends. */
    private static final long MARGIN_NANOS = 250_000_000;

    private record Window(int shard, long changeBegan, long from, long to) {}

    private final List<Window> windows = new ArrayList<>();

    LossWindows(History history) {
        if (history.changes().isEmpty()) {
            return;
        }
        List<Call> survived = new ArrayList<>();
        List<Call> lost = new ArrayList<>();
        sortAppends(history, survived, lost);
        List<PrimaryChange> changes = history.changes();
        for (int i = 0; i < changes.size(); i++) {
            PrimaryChange change = changes.get(i);
            long nextBegins = nextChangeOf(change.shard(), changes, i + 1);
            long from = Long.MIN_VALUE;
            for (Call append : survived) {
                if (history.key(append).shard() == change.shard() && append.returned() <= change.before()) {
                    from = Math.max(from, append.invoked());
                }
            }
            long to = change.after();
            for (Call append : lost) {
                if (history.key(append).shard() == change.shard() && append.returned() <= nextBegins) {
                    to = Math.max(to, append.returned());
                }
            }
            windows.add(new Window(change.shard(), change.before(), from, to + MARGIN_NANOS));
        }
    }

    private static void sortAppends(History history, List<Call> survived, List<Call> lost) {
        Set<List<Long>> held = new HashSet<>();
        history.finals().forEach((key, elements) -> {
            if (history.keys().get(key).type() == Key.Type.LIST) {
                for (long element : elements) {
                    held.add(List.of((long) key, element));
                }
            }
        });
        for (Call call : history.calls()) {
            if (call.op() == Op.APPEND && call.ok() && history.finals().containsKey(call.key())) {
                (held.contains(List.of((long) call.key(), call.value())) ? survived : lost).add(call);
            }
        }
    }

    private static long nextChangeOf(int shard, List<PrimaryChange> changes, int from) {
        for (int i = from; i < changes.size(); i++) {
            if (changes.get(i).shard() == shard) {
                return changes.get(i).before();
            }
        }
        return Long.MAX_VALUE;
    }

    /**
     * Whether a write of this shard that stood at {@code confirmed} may be gone for a read that ends at {@code readEnds}.
     */
    boolean mayBeLost(int shard, long confirmed, long readEnds) {
        for (Window window : windows) {
            if (window.shard == shard
                    && window.changeBegan <= readEnds
                    && window.from < confirmed
                    && confirmed <= window.to) {
                return true;
            }
        }
        return false;
    }
}
