package dev.lockstep.drill;

import java.time.Duration;

/**
 * One fault of a schedule.
 *
 * @param lasting from its beginning until it is healed
 * @param pick which shard, and which of several possible targets in it
 * @param delay for a slow link by how much each direction is late; zero for other faults
 */
record Fault(FaultKind kind, Duration lasting, int pick, Duration delay) {

    /** The shard that it is done to, of so many. */
    int shard(int shards) {
        return pick % shards;
    }

    /** The shard to which slots move, of so many. */
    int destination(int shards) {
        return (shard(shards) + 1 + pick % (shards - 1)) % shards;
    }

    /** Which of so many possible targets within its shard, from 0. */
    int choice(int shards, int targets) {
        return pick / shards % targets;
    }
}
