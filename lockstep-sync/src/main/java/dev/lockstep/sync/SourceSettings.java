package dev.lockstep.sync;

import java.time.Duration;

/**
 * How a {@link PsyncSource} behaves towards the servers.
 *
 * @param name what {@code CLIENT LIST} of the server shall show
 * @param hideFromSentinel whether the deployment is a Sentinel group: see {@link PsyncSource}
 * @param acknowledge how often it says that it is alive
 * @param silence after how long without a byte a server counts as dead. A primary sends something every
 *     {@code repl-ping-replica-period}, 10 s unless changed.
 * @param firstDelay how long it waits after a failure before it connects again; each further time twice as long
 * @param lastDelay how long it waits at most
 */
record SourceSettings(
        String name,
        boolean hideFromSentinel,
        Duration acknowledge,
        Duration silence,
        Duration firstDelay,
        Duration lastDelay) {

    static SourceSettings of(String name, boolean hideFromSentinel) {
        return new SourceSettings(
                name,
                hideFromSentinel,
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                Duration.ofMillis(100),
                Duration.ofSeconds(5));
    }
}
