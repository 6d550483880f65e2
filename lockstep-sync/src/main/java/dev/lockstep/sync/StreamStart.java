package dev.lockstep.sync;

/**
 * A place in a replication stream at which it can be taken up: between two units.
 *
 * @param history the replication id
 * @param offset bytes of the stream that lie before it
 * @param database the one that is selected there. The stream tells of a change only, and nothing when it is continued.
 */
record StreamStart(String history, long offset, int database) {}
