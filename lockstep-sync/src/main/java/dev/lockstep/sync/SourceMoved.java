package dev.lockstep.sync;

/** What ends the copy of a source shard whose slots move while it is copied; its next one begins anew. */
final class SourceMoved extends RuntimeException {

    SourceMoved(String why) {
        super(why);
    }
}
