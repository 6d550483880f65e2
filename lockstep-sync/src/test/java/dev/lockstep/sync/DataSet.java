package dev.lockstep.sync;

/** Keys of every type and size, and changes of every kind. */
final class DataSet {

    private static final int KEYS = 40;

    private DataSet() {}

    /** Writes the keys of a round, wherever they belong. */
    static void write(Writer to, int round) {
        for (int i = 0; i < KEYS; i++) {
            String key = "r" + round + ":" + i;
            to.send("SET", key + ":string", "value " + "x".repeat(i * 20));
            to.send("SET", key + ":int", String.valueOf(i * 1_000_003L));
            to.send("SET", key + ":ttl", "soon", "PX", String.valueOf(600_000 + i));
            for (int e = 0; e < 1 + i * i / 4; e++) {
                to.send("RPUSH", key + ":list", "element " + e);
                to.send("SADD", key + ":set", i % 2 == 0 ? String.valueOf(e) : "member " + e);
                to.send("ZADD", key + ":zset", String.valueOf(e / 7.0), "member " + e);
                to.send("HSET", key + ":hash", "field " + e, "value " + e);
            }
            to.send("XADD", key + ":stream", "*", "a", "1", "b", "2");
            to.send("XADD", key + ":stream", "*", "a", "2", "b", "3");
            to.send(2, "XGROUP", "CREATE", key + ":stream", "group", "0");
            to.send(7, "XREADGROUP", "GROUP", "group", "me", "COUNT", "1", "STREAMS", key + ":stream", ">");
            to.send("PFADD", key + ":hll", "a", "b", "c" + i);
        }
        to.flush();
    }

    /** Changes what the first two rounds have written. */
    static void change(Writer to) {
        for (int i = 0; i < KEYS; i++) {
            String key = "r" + i % 2 + ":" + i;
            to.send("INCRBY", key + ":int", "7");
            to.send("APPEND", key + ":string", "!");
            to.send("LPOP", key + ":list");
            to.send("RPUSH", key + ":list", "more");
            to.send("SPOP", key + ":set");
            to.send("ZINCRBY", key + ":zset", "1.5", "member 0");
            to.send("HINCRBYFLOAT", key + ":hash", "number", "1.25");
            to.send("EXPIRE", key + ":hash", "1000");
            to.send("GETEX", key + ":string", "EX", "2000");
            to.send("PERSIST", key + ":ttl");
            to.send("XACK", key + ":stream", "group", "0-1");
            to.send("XTRIM", key + ":stream", "MAXLEN", "1");
            to.send("DEL", key + ":hll");
        }
        to.send(
                3,
                "EVAL",
                "for i = 1, 20 do redis.call('INCR', KEYS[1]) redis.call('RPUSH', KEYS[2], i) end",
                "2",
                "{s}count",
                "{s}list");
        to.flush();
    }

    /** Changes that concern keys of different slots. */
    static void cross(Writer to) {
        to.send("MSET", "m1", "1", "m2", "2", "m3", "3");
        to.send("RENAME", "r0:1:list", "renamed");
        to.send("RENAME", "r0:2:ttl", "renamed with time");
        to.send("COPY", "r0:3:hash", "copied");
        to.send("SMOVE", "r0:4:set", "other set", "2");
        for (int i = 0; i < 5; i++) {
            to.send("LMOVE", "r0:5:list", "other list", "LEFT", "RIGHT");
            to.send("RPOPLPUSH", "r0:6:list", "r0:7:list");
        }
        to.send("SUNIONSTORE", "union", "r0:6:set", "r0:8:set", "nothing");
        to.send("ZUNIONSTORE", "zunion", "2", "r0:6:zset", "r0:8:zset");
        to.send("BITOP", "XOR", "bits", "r0:9:string", "r0:8:string");
        to.send("PFMERGE", "merged", "r1:2:hll", "r1:4:hll");
        to.send("SORT", "r0:8:list", "ALPHA", "STORE", "sorted");
        to.send("DEL", "r0:10:list", "r0:11:list", "r0:12:list");
        to.flush();
    }
}
