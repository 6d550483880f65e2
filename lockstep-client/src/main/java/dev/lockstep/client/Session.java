package dev.lockstep.client;

import dev.lockstep.topology.Position;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One caller's line of sight: its reads show its own writes and never go back in time, whichever copy answers.
 *
 * <p>Its {@link #token()} lets another process continue it. Thread-safe; needs no closing.
 */
public final class Session {

    private final Lockstep lockstep;
    private final Floors floors = Floors.of(this);

    Session(Lockstep lockstep) {
        this.lockstep = lockstep;
    }

    /** Writes and reads on the primary, remembered by this session. */
    public View<String, String> primary() {
        return view(Consistency.primary(), false);
    }

    /**
     * Reads rather wait for a replica that has caught up with this session than ask the primary, which answers if none can;
     * writes go to the primary.
     */
    public View<String, String> replica() {
        return view(Consistency.session(), true);
    }

    /** Reads from whichever copy has caught up with this session now; writes go to the primary. */
    public View<String, String> session() {
        return view(Consistency.session(), false);
    }

    private View<String, String> view(Consistency consistency, boolean waitForReplica) {
        return new View<>(lockstep, lockstep.policy(consistency, waitForReplica, floors), StringCodec.UTF8);
    }

    Floors floors() {
        return floors;
    }

    /**
     * What this session has seen until now, for another process to continue from.
     *
     * <p>Waits for the primary to tell its position if it has not yet.
     *
     * @throws StaleReadException if the position does not become known within the default timeout
     */
    public SessionToken token() {
        Map<String, Position> seen = new LinkedHashMap<>();
        for (ShardRoute shard : lockstep.routes().all()) {
            String label =
                    lockstep.routes().label(shard); // before the position, which must cover what came with its slots
            Floor floor = floors.of(shard);
            for (Mark mark = floor.unknown(floor.allKeys()); mark != null; mark = floor.unknown(floor.allKeys())) {
                await(shard, mark);
            }
            Position position = floor.known(floor.allKeys(), shard.lineage());
            Mark arrival = shard.arrival();
            if (position != null && arrival != null) {
                await(shard, arrival);
                position = Floor.further(position, arrival.position(), shard.lineage());
            }
            if (position != null) {
                seen.put(label, position);
            }
        }
        return new SessionToken(seen);
    }

    private void await(ShardRoute shard, Mark mark) {
        Duration patience = lockstep.defaultTimeout();
        CompletableFuture<Void> settled = new CompletableFuture<>();
        mark.whenSettled(() -> settled.complete(null));
        shard.primary().demand();
        try {
            settled.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // told below
        }
        if (mark.position() == null) {
            throw new StaleReadException("The session's position in shard " + shard.name()
                    + " did not become known within " + patience.toMillis() + " ms: "
                    + shard.primary().trouble() + ". Try again once there is a primary");
        }
    }
}
