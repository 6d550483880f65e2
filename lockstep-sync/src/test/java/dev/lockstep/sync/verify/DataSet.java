package dev.lockstep.sync.verify;

import java.util.ArrayList;
import java.util.List;

/** Keys of every type and encoding, small and larger than a page, made by the same commands wherever it is written. */
final class DataSet {

    static final long FAR = 4_102_444_800_000L; // 2100-01-01

    private DataSet() {}

    /** Writes all of it. */
    static void write(Writes writes) {
        List<String> lines = new ArrayList<>(List.of(
                "SET string:text hello",
                "SET string:number 12345",
                "SET string:other hellO",
                "SETRANGE string:zeros 40000 end",
                "SETRANGE string:large 700000 end",
                "PFADD hll a b c d e f",
                "SET expiring:string v PXAT " + FAR,
                "RPUSH list:small a b c a b c",
                "SADD set:numbers 1 2 3 500",
                "SADD set:texts a b c",
                "HSET hash:small f1 v1 f2 v2 f3 v3",
                "ZADD zset:small 1 a 2.5 b -inf c +inf d 0.1 e 1e300 f",
                "HSET hash:expiring f v",
                "PEXPIREAT hash:expiring " + (FAR + 1),
                "XADD stream:plain 1-1 f v g w",
                "XADD stream:plain 1-2 f v2",
                "XADD stream:plain 2-0 f v3",
                "XDEL stream:plain 1-2",
                "XGROUP CREATE stream:empty g $ MKSTREAM",
                "XADD stream:groups 5-1 a 1",
                "XADD stream:groups 5-2 a 2",
                "XADD stream:groups 5-3 a 3",
                "XADD stream:groups 5-4 a 4",
                "XGROUP CREATE stream:groups g1 0",
                "XGROUP CREATE stream:groups g2 5-2",
                "XGROUP CREATECONSUMER stream:groups g1 idle",
                "XREADGROUP GROUP g1 c1 COUNT 2 STREAMS stream:groups >",
                "XREADGROUP GROUP g1 c2 COUNT 1 STREAMS stream:groups >",
                "XACK stream:groups g1 5-2",
                "XCLAIM stream:groups g1 c2 0 5-1"));
        for (int i = 0; i < 300; i++) {
            lines.add("SET many:" + i + " value-" + i);
        }
        for (String line : lines) {
            run(writes, line);
        }
        writes.run("SET", new byte[] {'b', 'i', 'n', 0, (byte) 0xff, '\\'}, "bytes");
        writes.run("SET", "empty", "");
        large(writes);
    }

    /** XGROUP and XREADGROUP have their key elsewhere. */
    static void run(Writes writes, String line) {
        String[] words = line.split(" ");
        boolean inner = words[0].equals("XGROUP") || words[0].equals("XREADGROUP");
        writes.runAt(
                inner ? (words[0].equals("XGROUP") ? words[2] : words[words.length - 2]) : words[1], (Object[]) words);
    }

    private static void large(Writes writes) {
        String padding = "x".repeat(100);
        writes.pipeline(3_000, i -> new Object[] {"RPUSH", "list:large", padding + i % 7});
        writes.pipeline(3_000, i -> new Object[] {"SADD", "set:large", padding + i});
        writes.pipeline(3_000, i -> new Object[] {"HSET", "hash:large", "f" + i, padding + i});
        writes.pipeline(3_000, i -> new Object[] {"ZADD", "zset:large", i / 3.0, padding + i});
        writes.pipeline(2_000, i -> new Object[] {"XADD", "stream:large", (i + 1) + "-1", "f", padding + i});
        writes.runAt("stream:large", "XGROUP", "CREATE", "stream:large", "g", "0");
        writes.runAt("stream:large", "XREADGROUP", "GROUP", "g", "c", "COUNT", "1500", "STREAMS", "stream:large", ">");
    }
}
