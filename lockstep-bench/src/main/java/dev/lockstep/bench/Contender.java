package dev.lockstep.bench;

import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;

/**
 * A client under test. Both offer Lettuce's typed API, so both run the same load code.
 *
 * @param name as the table says it
 */
record Contender(String name, RedisCommands<String, String> sync, RedisAsyncCommands<String, String> async) {}
