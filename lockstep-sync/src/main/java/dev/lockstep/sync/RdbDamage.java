package dev.lockstep.sync;

/** Bytes in a snapshot that no server writes, or that are missing: {@link RdbSplitter} says of which key. */
final class RdbDamage extends RuntimeException {

    /** @param what what was seen, with its place */
    RdbDamage(String what) {
        super(what);
    }
}
