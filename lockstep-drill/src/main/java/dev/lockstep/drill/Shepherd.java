package dev.lockstep.drill;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedisException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Who runs the cluster: sends a replica that follows another shard's primary back to its own shard, which would have no
 * copy left otherwise. Redis does so itself only where replicas may migrate at will.
 */
final class Shepherd {
    private final LocalDeployment deployment;
    private final Witnesses witnesses;
    private final Consumer<String> progress;
    private final Set<String> sent = new HashSet<>();

    Shepherd(LocalDeployment deployment, Witnesses witnesses, Consumer<String> progress) {
        this.deployment = deployment;
        this.witnesses = witnesses;
        this.progress = progress;
    }

    /** To be called every now and then. */
    void tick() {
        Set<String> strays = Set.copyOf(witnesses.strays());
        sent.retainAll(strays);
        for (String stray : strays) {
            if (!sent.contains(stray)) {
                witnesses.primaryId(witnesses.shardOf(stray)).ifPresent(primary -> send(stray, primary));
            }
        }
    }

    private void send(String stray, String primary) {
        try {
            deployment.server(stray).command("CLUSTER", "REPLICATE", primary);
            sent.add(stray);
            progress.accept(witnesses.label(stray) + " followed another shard: told to follow its own again");
        } catch (LocalRedisException e) {
            // Down, or it does not know that primary as one yet: with the next tick.
        }
    }
}
