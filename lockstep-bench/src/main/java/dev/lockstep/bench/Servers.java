package dev.lockstep.bench;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import java.time.Duration;

/**
 * What all contenders talk to.
 *
 * @param shards of a Redis Cluster; 0 for another deployment
 * @param replicas of each primary; without any, and without shards, it is one server without Sentinel
 */
record Servers(int shards, int replicas) {

    boolean cluster() {
        return shards > 0;
    }

    /** Starts them, without persistence. */
    LocalDeployment start() {
        LocalRedis plan;
        if (cluster()) {
            plan = LocalRedis.cluster().shards(shards).replicas(replicas);
        } else if (replicas > 0) {
            plan = LocalRedis.sentinel().replicas(replicas);
        } else {
            plan = LocalRedis.standalone();
        }
        return plan.config("appendonly", "no").start();
    }

    /** The processor time that a process has had, in seconds; 0 if there is none with this id. */
    static double cpuSeconds(long process) {
        return ProcessHandle.of(process)
                        .flatMap(its -> its.info().totalCpuDuration())
                        .orElse(Duration.ZERO)
                        .toMillis()
                / 1e3;
    }

    Peers peers(LocalDeployment started) {
        return cluster() ? Peers.onCluster(started) : Peers.onOneShard(started);
    }

    /** For the name of a file. */
    String kind() {
        return cluster() ? "cluster-" + replicas : replicas == 0 ? "one-server" : "sentinel";
    }

    /** For people. */
    @Override
    public String toString() {
        if (cluster()) {
            return "a cluster of " + shards + " shards with " + replicas + (replicas == 1 ? " replica" : " replicas")
                    + " each";
        }
        return replicas == 0 ? "one server" : "1 primary, " + replicas + " replicas and 3 Sentinels";
    }
}
