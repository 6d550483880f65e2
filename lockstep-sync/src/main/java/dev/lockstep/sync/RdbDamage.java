package dev.lockstep.sync;

/** Bytes in a snapshot that no server writes, or that are missing: {@link RdbSplitter} says of which key. */
final class RdbDamage extends RuntimeException {

    /** @param what what was seen, with its place */
    RdbDamage(String what) {
        super(what);
    }

    /** For people. */
    SyncException in(String place) {
        return new SyncException(
                "The snapshot is cut short or damaged: " + getMessage() + ", " + place
                        + ". Start the copy again; if it ends"
                        + " at the same place, check the source's snapshot with redis-check-rdb.",
                this);
    }
}
