package dev.lockstep.client;

import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Position;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells log, counters and listeners what happened. */
final class Events {

    private static final Logger log = LoggerFactory.getLogger(Lockstep.class);

    private final List<LockstepListener> listeners;
    private final LockstepStats stats = new LockstepStats();

    Events(List<LockstepListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    LockstepStats stats() {
        return stats;
    }

    void failedOver(String shard, NodeAddress from, NodeAddress to, long outageNanos) {
        stats.failovers.increment();
        Failover failover = new Failover(shard, from, to, Duration.ofNanos(outageNanos));
        log.info("Shard {}: primary {} replaces {}; calls were held for {}", shard, to, from, Call.text(outageNanos));
        tell(listener -> listener.onFailover(failover));
    }

    void rolledBack(String shard, @Nullable Session session, @Nullable Position seen, String history) {
        stats.rollbacks.increment();
        Rollback rollback = new Rollback(shard, session, seen, history);
        log.debug(
                "Shard {}: history {} does not (certainly) hold {}, which {} had seen",
                shard,
                history,
                seen == null ? "the last calls" : seen.brief(),
                session == null ? "the shared views" : "a session");
        tell(listener -> listener.onRollback(rollback));
    }

    void unsafe(UnsafeSetting setting) {
        log.warn("{}", setting);
        tell(listener -> listener.onUnsafeSetting(setting));
    }

    /** @param why nothing has confirmed them; asked the first time only, since a full journal forgets with every write */
    void writesForgotten(String shard, long writes, Supplier<String> why) {
        boolean first = stats.forgotten.sum() == 0;
        stats.forgotten.add(writes);
        if (first) {
            log.warn(
                    "Shard {}: the journal of writes that are not on all replicas yet is full, and the oldest are forgotten:"
                            + " should they be lost, they can be counted, but not named. {}",
                    shard,
                    why.get());
        }
    }

    void writesLost(LostWrites lost) {
        stats.lost.add(lost.writes().size());
        log.warn("{}", lost);
        tell(listener -> listener.onWritesLost(lost));
    }

    void replicaUp(String shard, NodeAddress replica) {
        log.info("Shard {}: replica {} can be read from", shard, replica);
        tell(listener -> listener.onReplicaUp(new ReplicaEvent(shard, replica)));
    }

    void replicaDown(String shard, NodeAddress replica) {
        log.info("Shard {}: replica {} cannot be read from", shard, replica);
        tell(listener -> listener.onReplicaDown(new ReplicaEvent(shard, replica)));
    }

    private void tell(Consumer<LockstepListener> event) {
        for (LockstepListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (Throwable e) { // whatever it is, it must not stop the calls that wait for the failover
                log.warn("A LockstepListener has thrown", e);
            }
        }
    }
}
