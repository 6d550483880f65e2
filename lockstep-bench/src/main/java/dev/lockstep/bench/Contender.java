package dev.lockstep.bench;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;

/**
 * A client under test. Both offer Lettuce's typed API, so both run the same load code.
 *
 * @param name as the table says it
 */
record Contender(
        String name, RedisClusterCommands<String, String> sync, RedisClusterAsyncCommands<String, String> async) {}
