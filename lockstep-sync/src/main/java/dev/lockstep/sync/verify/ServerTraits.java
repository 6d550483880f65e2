package dev.lockstep.sync.verify;

/**
 * What a server can tell that not every server can.
 *
 * @param absoluteExpiry when a key expires, rather than how much is left (PEXPIRETIME, since 7.0)
 * @param fieldExpiry when a field of a hash expires (HPEXPIRETIME, since Redis 7.4 and Valkey 9.0)
 * @param streamCounters a stream's highest deleted id and how many entries were added (since 7.0)
 * @param readCounts how many entries a group has read, as its replicas know it too (since 7.2)
 * @param functions whether it keeps functions (since 7.0)
 */
record ServerTraits(
        boolean absoluteExpiry, boolean fieldExpiry, boolean streamCounters, boolean readCounts, boolean functions) {}
