package dev.lockstep.drill;

/**
 * One fault as it happened. Times are nanoseconds since the first call.
 *
 * @param target the server or link it was done to
 * @param shard the number of the shard that it struck (first, of slots that moved), from 0
 * @param fromNanos when it began
 * @param healedNanos when it was healed
 * @param settledNanos when the deployment was whole again: one primary of each shard, every other data node in step with its own
 */
public record FaultWindow(
        FaultKind kind, String target, int shard, long fromNanos, long healedNanos, long settledNanos) {

    /** Whether it emptied a shard that may have held the key of this write, which had been begun by then. */
    boolean mayHaveEmptied(History history, Call write) {
        return kind == FaultKind.EMPTY_PRIMARY
                && write.invoked() <= settledNanos
                && history.placement().mayHold(shard, history.key(write).slot(), fromNanos, settledNanos);
    }

    /** Such as {@code node-1 killed, back after the failover}. */
    public String text() {
        return target + " " + kind.what();
    }
}
