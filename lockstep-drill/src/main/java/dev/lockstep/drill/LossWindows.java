package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.List;

/**
 * When acknowledged writes may have been lost with a primary, as the lists of the workload bear witness.
 *
 * <p>Replication is asynchronous: a new primary holds a prefix of what its predecessor acknowledged, and nobody tells
 * where it ends. The appended elements do: one that survived proves that everything acknowledged before it was sent
 * survived too. Between the last such proof and the change of primary a write may be lost; outside it is not.
 *
 * <p>Each shard bears witness for itself, by lists that it surely had. A key whose slot has moved to it was written there
 * when it arrived, however old its value is.
 */
final class LossWindows {
    /* The old primary can acknowledge writes after the new one was promoted (frozen and thawed, cut off but not from us).
     * They are lost as well. Lost elements show until when; a register written after the last of them is given this
     * much, far more than the time between two appends. */
    private static final long MARGIN_NANOS = 250_000_000;

    /* A failover in the middle of a move may undo it, or take keys that had only just arrived: the source may return with
     * what had left it, the target without what had come. Others may not have heard yet of a move that ended less than this
     * before the new primary was seen, which is about 2 s after the old one fell. */
    private static final long UNHEARD_NANOS = 3_000_000_000L;

    private record Window(int shard, long changeBegan, long from, long to) {}

    private final Placement placement;
    private final List<PrimaryChange> changes;
    private final List<Window> windows = new ArrayList<>();

    LossWindows(History history) {
        this.placement = history.placement();
        this.changes = history.changes();
        if (changes.isEmpty()) {
            return;
        }
        List<Call> survived = new ArrayList<>();
        List<Call> lost = new ArrayList<>();
        for (Acknowledged writes : Acknowledged.of(history)) {
            writes.there().stream().filter(write -> write.op() == Op.APPEND).forEach(survived::add);
            writes.gone().stream().filter(write -> write.op() == Op.APPEND).forEach(lost::add);
        }
        for (int i = 0; i < changes.size(); i++) {
            PrimaryChange change = changes.get(i);
            long nextBegins = nextChangeOf(change.shard(), changes, i + 1);
            long from = Long.MIN_VALUE;
            for (Call append : survived) {
                if (append.returned() <= change.before()
                        && placement.surelyHolds(
                                change.shard(), history.key(append).slot(), append.invoked(), change.before())) {
                    from = Math.max(from, append.invoked());
                }
            }
            long to = change.after();
            for (Call append : lost) {
                if (append.returned() <= nextBegins
                        && placement.mayHold(
                                change.shard(), history.key(append).slot(), append.invoked(), append.returned())) {
                    to = Math.max(to, append.returned());
                }
            }
            windows.add(new Window(change.shard(), change.before(), from, to + MARGIN_NANOS));
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
     * Whether a write to this slot that stood at {@code confirmed} may be gone for a read that ends at {@code readEnds}.
     */
    boolean mayBeLost(int slot, long confirmed, long readEnds) {
        for (Window window : windows) {
            if (window.changeBegan <= readEnds
                    && confirmed <= window.to
                    && placement.mayHold(window.shard, slot, Math.max(confirmed, window.changeBegan), window.to)
                    && window.from < Math.max(confirmed, placement.arrival(window.shard, slot, window.to))) {
                return true;
            }
        }
        return mayBeUndone(slot, confirmed, readEnds);
    }

    /** By when every node has heard that the move is over. */
    private static long heard(Placement.Move move) {
        return move.ended() == Long.MAX_VALUE ? move.ended() : move.ended() + UNHEARD_NANOS;
    }

    /**
     * Whether what may be lost is lost with a move of its slot, which a failover of one of its two shards met. Of this no
     * server tells anything, so no client can.
     */
    boolean mayBeUndone(int slot, long confirmed, long readEnds) {
        for (Placement.Move move : placement.moves()) {
            if (move.slots().contains(slot) && move.began() <= readEnds) {
                for (PrimaryChange change : changes) {
                    boolean concerned = change.shard() == move.from() || change.shard() == move.to();
                    boolean met = change.after() >= move.began() && change.before() <= heard(move);
                    if (concerned
                            && met
                            && change.before() <= readEnds
                            && confirmed <= Math.max(change.after() + MARGIN_NANOS, move.ended())) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
