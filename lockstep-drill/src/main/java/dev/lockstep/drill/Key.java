package dev.lockstep.drill;

/**
 * One key of the workload. Only one thread ever changes it, so what may be read from it is known at every moment.
 *
 * @param id its number in the history, from 0
 * @param writer the thread that changes it
 * @param slot where a cluster has it; which shard owns the slot when is its {@link Placement}
 */
record Key(int id, String name, Type type, int writer, int slot) {

    enum Type {
        /** Holds {@code writer:id:sequence}; the sequence grows by one with each write. */
        REGISTER,
        COUNTER,
        LIST
    }
}
