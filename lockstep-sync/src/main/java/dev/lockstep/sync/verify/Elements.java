package dev.lockstep.sync.verify;

/**
 * Whoever takes the elements of a key as they are read. An element is a name and a body, both as hashes: field and value,
 * member and score, position and bytes. Not thread-safe.
 */
interface Elements {

    /** An element whose name is the hash {@code (nameHigh, nameLow)}; a position is {@code (0, position)}. */
    void add(Part part, long nameHigh, long nameLow, long bodyHigh, long bodyLow);
}
