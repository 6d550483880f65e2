package dev.lockstep.sync.verify;

/** A database of the source and the one of the target that it is compared with, by their numbers. */
record DatabasePair(int source, int target) {}
