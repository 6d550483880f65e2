package dev.lockstep.nearcache;

/**
 * Counters of one near cache, from its start. Each is exact; together they are not one moment.
 *
 * @param hits reads that were answered without asking anybody
 * @param misses reads that were sent to a server
 * @param changes values dropped because a server told that they had changed, had expired, or were evicted there
 * @param losses how many times all values of a shard were dropped: its connection was lost, its primary replaced, or the
 *     server emptied
 * @param lapses those of the misses whose value was there, but whose primary had given no sign of life within the lease
 */
public record NearCacheStats(long hits, long misses, long changes, long losses, long lapses) {}
