package dev.lockstep.drill;

import java.util.List;

/** Told how a drill goes on while it runs. Called from the thread that runs it; times are nanoseconds since the first call. */
public interface DrillListener {

    /** Something else begins, such as {@code starting servers}. */
    default void onPhase(String what) {}

    /** A fault was done, or what it had broken is whole again. */
    default void onFault(long atNanos, String what) {}

    /** About once a second while the workload runs. */
    default void onProgress(Progress progress) {}

    /**
     * About once a second while a copy is drilled.
     *
     * @param how the copy stands, in words
     * @param writesPerSecond what the source acknowledged
     */
    default void onCopy(long atNanos, String how, long writesPerSecond) {}

    /**
     * How the workload stands.
     *
     * @param primaries the name of each shard's primary, or {@code none}
     */
    record Progress(long atNanos, long lengthNanos, List<String> primaries, List<Calls> clients) {
        public Progress {
            primaries = List.copyOf(primaries);
            clients = List.copyOf(clients);
        }
    }

    /**
     * What one client did since the last time.
     *
     * @param perSecond successful calls per second
     * @param failed failed calls
     */
    record Calls(String client, long perSecond, long failed) {}
}
