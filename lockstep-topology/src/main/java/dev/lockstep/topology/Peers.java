package dev.lockstep.topology;

import io.lettuce.core.RedisClient;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * What every probe needs in order to speak to its server.
 *
 * @param owner runs tasks on the watcher's thread, which alone touches the probes
 * @param clock nanoseconds, monotonic
 */
record Peers(Deployment deployment, RedisClient client, Executor owner, LongSupplier clock, HistoryGraph histories) {

    long socketTimeout() {
        return deployment.socketTimeout().toNanos();
    }

    long connectTimeout() {
        return deployment.connectTimeout().toNanos();
    }

    boolean tls() {
        return deployment.tls() != null;
    }

    boolean cluster() {
        return deployment.mode() == Deployment.Mode.CLUSTER;
    }
}
