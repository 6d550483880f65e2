package dev.lockstep.drill;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** A client under test, connected to the deployment of a drill. Thread-safe; its sessions belong to one thread each. */
interface Subject extends AutoCloseable {

    /**
     * What a client may know of its drill.
     *
     * @param primaryPort whether a port is that of a primary now: for counting which reads a replica answered, never for
     *     routing
     * @param shardNumber the number of the shard that the client calls by a name: for the history, never for routing
     */
    record Stage(
            String uri,
            Duration timeout,
            LongSupplier clock,
            IntPredicate primaryPort,
            ToIntFunction<String> shardNumber) {}

    /** Connects to the servers of a drill. */
    interface Connector {
        Subject connect(Stage stage);
    }

    /** Such as {@code Lockstep}. */
    String name();

    /** What of it is not a default, one line each, without secrets. */
    List<String> settings();

    /** What one thread calls. Several actors of {@link Actor#SHARED} share what they have seen. */
    Session session(Actor actor);

    /** How a failed call is to be understood. */
    Outcome outcome(RuntimeException failure);

    /** When which session was told that what it had seen is gone. */
    List<Told> told();

    /** How many acknowledged writes to each key the client has told to be lost; empty if it tells of none. */
    default Map<String, Long> lost() {
        return Map.of();
    }

    /** When which shard was told to have lost, perhaps, even what all its replicas had held. */
    default List<Tellings.Emptied> emptied() {
        return List.of();
    }

    /** Reads that a replica answered; -1 if that cannot be counted. */
    long readsByReplica();

    @Override
    void close();

    /** The calls of one actor. Each returns when it succeeded and throws what the client throws. */
    interface Session {
        void set(String key, String value);

        /** Null if there is no such key. */
        @Nullable
        String get(String key, Op how);

        long increment(String key);

        void append(String key, String element);

        /** Appends, and returns when all replicas hold the element, if the client can do that; else when it is answered. */
        default void appendDurably(String key, String element) {
            append(key, element);
        }

        /** Appends, and returns when one replica holds the element, if the client can do that; else when it is answered. */
        default void appendToOne(String key, String element) {
            append(key, element);
        }

        /** Continues from what the session has seen as another process would, if the client can. */
        default void handOver() {}
    }
}
