package dev.lockstep.drill;

/**
 * One key of the workload. Only one thread ever changes it, so what may be read from it is known at every moment.
 *
 * @param id its number in the history, from 0
 * @param writer the thread that changes it
 * @param shard the number of the shard that owns it; 0 in a deployment of one shard
 */
record Key(int id, String name, Type type, int writer, int shard) {

    enum Type {
        /** Holds {@code writer:id:sequence}; the sequence grows by one with each write. */
        REGISTER,
        COUNTER,
        LIST
    }
}
