package dev.lockstep.bench;

/**
 * What one contender did in one round.
 *
 * @param operations answered, and answered right
 * @param nanos from the start of the first thread to the end of the last
 * @param clientCpuNanos processor time of this whole process meanwhile
 * @param serverCpuNanos processor time of all servers together
 */
record Round(long operations, long nanos, long clientCpuNanos, long serverCpuNanos) {

    double perSecond() {
        return operations * 1e9 / nanos;
    }

    /** Calls per second, and microseconds of processor time per call: of this process, and of the servers. */
    double[] figures() {
        return new double[] {perSecond(), clientCpuNanos / 1e3 / operations, serverCpuNanos / 1e3 / operations};
    }
}
