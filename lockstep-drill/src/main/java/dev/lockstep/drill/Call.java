package dev.lockstep.drill;

/**
 * One call of the workload, from its invocation to its end. Times are nanoseconds since the drill began.
 *
 * @param key the {@link Key#id()}
 * @param value what was written or appended, or what was read or counted: a sequence number. A register that does not
 *     exist reads as 0; {@link #FOREIGN} stands for a value that this workload cannot have written. Without meaning for
 *     a read or an increment that failed
 */
record Call(Actor actor, Op op, int key, long value, long invoked, long returned, Outcome outcome) {

    static final long FOREIGN = -1;

    boolean ok() {
        return outcome.ok();
    }

    long nanos() {
        return returned - invoked;
    }
}
