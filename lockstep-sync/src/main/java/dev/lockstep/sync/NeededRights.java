package dev.lockstep.sync;

import java.util.ArrayList;
import java.util.List;

/** The commands that a copy calls, as they can be tried in a rehearsal. */
final class NeededRights {

    private NeededRights() {}

    static List<Words> ofSource() {
        return List.of(
                Words.of("PING"), Words.of("INFO"), Words.of("REPLCONF", "ACK", "0"), Words.of("PSYNC", "?", "-1"));
    }

    /** @param slot one that the node owns */
    static List<Words> ofTarget(int slot, boolean sharded, Existing existing) {
        String key = Checkpoint.key(slot);
        List<Words> needed = new ArrayList<>(List.of(
                Words.of("INFO"),
                Words.of("CLIENT", "LIST"),
                Words.of("CLIENT", "KILL", "ID", "1"),
                Words.of("MULTI"),
                Words.of("EXEC"),
                Words.of("WAIT", "0", "1"),
                Words.of("SCAN", "0"),
                Words.of("GET", key),
                Words.of("SET", key, "1"),
                Words.of("INCR", key),
                Words.of("DEL", key),
                Words.of("UNLINK", key),
                Words.of("DUMP", key),
                Words.of("RESTORE", key, "0", "payload"),
                Words.of("RENAME", key, key),
                Words.of("PTTL", key),
                Words.of("PEXPIRE", key, "1"),
                Words.of("PEXPIREAT", key, "1"),
                Words.of("PEXPIRETIME", key),
                Words.of("HGET", key, "field"),
                Words.of("HGETALL", key),
                Words.of("HSET", key, "field", "value"),
                Words.of("RPUSH", key, "element"),
                Words.of("SADD", key, "member"),
                Words.of("ZADD", key, "1", "member"),
                Words.of("XADD", key, "*", "field", "value"),
                Words.of("FUNCTION", "RESTORE", "payload")));
        if (sharded) {
            needed.add(Words.of("CLUSTER", "NODES"));
        } else {
            needed.add(Words.of("SELECT", "0"));
            needed.add(Words.of("CONFIG", "GET", "databases"));
        }
        if (existing == Existing.WIPE) {
            needed.add(Words.of("FLUSHALL", "ASYNC"));
        }
        return needed;
    }
}
