package dev.lockstep.drill;

/**
 * One fault as it happened. Times are nanoseconds since the first call.
 *
 * @param target the server or link it was done to
 * @param fromNanos when it began
 * @param healedNanos when it was healed
 * @param settledNanos when the deployment was whole again: one primary, every other data node in step with it
 */
public record FaultWindow(FaultKind kind, String target, long fromNanos, long healedNanos, long settledNanos) {

    /** Such as {@code node-1 killed, back after the failover}. */
    public String text() {
        return target + " " + kind.what();
    }
}
