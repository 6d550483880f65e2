package dev.lockstep.topology;

/** Which primary one sentinel names, and in which configuration epoch. */
record SentinelWord(NodeAddress primary, long epoch) {}
