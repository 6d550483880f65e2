package dev.lockstep.sync;

/** What is done with the keys that a target has when a copy into it begins anew. A copy that is gone on with knows its own. */
public enum Existing {
    /** Those that the source has are replaced, and the others removed, each for itself, once the snapshot is carried over. */
    REPLACE,
    /** If there are any, the copy does not begin. */
    FAIL,
    /** All databases of the target are emptied before the copy begins, what the copy leaves out included. */
    WIPE
}
