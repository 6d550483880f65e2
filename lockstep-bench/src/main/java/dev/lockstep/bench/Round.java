package dev.lockstep.bench;

/**
 * What one contender did in one round.
 *
 * @param operations answered, and answered right
 * @param nanos from the start of the first thread to the end of the last
 * @param cpuNanos processor time of this whole process meanwhile: the client and nothing of the servers
 */
record Round(long operations, long nanos, long cpuNanos) {

    double perSecond() {
        return operations * 1e9 / nanos;
    }

    double cpuMicros() {
        return cpuNanos / 1e3 / operations;
    }
}
