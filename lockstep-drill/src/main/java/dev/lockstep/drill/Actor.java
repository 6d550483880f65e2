package dev.lockstep.drill;

/**
 * One thread of the workload and on whose behalf it calls.
 *
 * @param thread its number, from 0
 * @param session whose reads and writes its calls belong to: {@link #SHARED}, or a number of its own
 * @param boundNanos how old its bounded reads may be; 0 if it makes none
 */
record Actor(int thread, int session, long boundNanos) {

    /** The session of the threads that share the views of one client and so the floor of what all of them saw. */
    static final int SHARED = -1;

    /** How the evidence names it. */
    String label() {
        return session == SHARED ? "thread " + thread + " (shared view)" : "session " + session;
    }
}
