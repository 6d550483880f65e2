package dev.lockstep.sync;

import static dev.lockstep.sync.Raw.key;

import io.lettuce.core.Consumer;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** A data set that has every type of a server in every encoding, in several databases, written by a server's own commands. */
final class EveryEncoding {

    private static final long LATER = 4_000_000_000_123L;

    private final RedisCommands<byte[], byte[]> redis;
    private final Random random = new Random(42);
    private final boolean fieldTtls;

    /** @param fieldTtls whether the server knows HPEXPIREAT */
    EveryEncoding(RedisCommands<byte[], byte[]> redis, boolean fieldTtls) {
        this.redis = redis;
        this.fieldTtls = fieldTtls;
    }

    void write() {
        for (int db : new int[] {0, 1, 9}) {
            redis.select(db);
            strings();
            lists();
            sets();
            sortedSets();
            hashes();
            streams();
        }
        redis.select(0);
        for (int i = 0; i < 200; i++) {
            redis.set(key("many:" + i), key("value of " + i));
            if (i % 3 == 0) {
                redis.pexpireat(key("many:" + i), LATER + i);
            }
        }
        Raw.status(redis, "FUNCTION", "LOAD", "#!lua name=one\nredis.register_function('f1', function() return 1 end)");
        Raw.status(redis, "FUNCTION", "LOAD", "#!lua name=two\nredis.register_function('f2', function() return 2 end)");
    }

    private void strings() {
        redis.set(key("string:empty"), new byte[0]);
        redis.set(key("string:short"), key("hello"));
        for (String number :
                new String[] {"0", "-1", "127", "-128", "32767", "2147483647", "-2147483648", "12345678901"}) {
            redis.set(key("string:" + number), key(number));
            redis.set(key(number), key("under a number"));
        }
        redis.set(key("string:raw"), noise(500));
        redis.set(key("string:binary\r\n\0"), noise(20));
        redis.set(key("string:compressed"), key("abc".repeat(1000)));
        redis.set(key("string:large"), noise(300_000));
        redis.set(key("k".repeat(300)), key("under a compressed key"));
        redis.set(key("string:ttl"), key("v"));
        redis.pexpireat(key("string:ttl"), LATER);
        redis.setbit(key("string:bits"), 100_000, 1);
        redis.pfadd(key("hyperloglog:dense"), several(3000, "e"));
        redis.pfadd(key("hyperloglog:sparse"), key("a"), key("b"));
    }

    private void lists() {
        redis.rpush(key("list:small"), key("a"), key("1"), key("-5000000000"), noise(30));
        redis.rpush(key("list:many"), several(3000, "element "));
        Raw.status(redis, "DEBUG", "QUICKLIST-PACKED-THRESHOLD", "1000b");
        redis.rpush(key("list:plain"), key("a"), noise(5000), key("b"), key("x".repeat(100_000)), key("c"));
        Raw.status(redis, "DEBUG", "QUICKLIST-PACKED-THRESHOLD", "0");
        redis.pexpireat(key("list:small"), LATER + 1);
    }

    private void sets() {
        redis.sadd(key("set:integers"), key("1"), key("-70000"), key("9000000000"));
        redis.sadd(key("set:small"), key("a"), key("b"), key("1"));
        redis.sadd(key("set:many"), several(1000, "member "));
        redis.sadd(key("set:many"), several(1000, ""));
    }

    private void sortedSets() {
        redis.zadd(key("zset:small"), 1.5, key("a"));
        redis.zadd(key("zset:small"), Double.NEGATIVE_INFINITY, key("low"));
        redis.zadd(key("zset:small"), Double.POSITIVE_INFINITY, key("high"));
        for (int i = 0; i < 200; i++) {
            redis.zadd(key("zset:many"), i / 7.0, key("member " + i));
        }
        redis.zadd(key("zset:many"), Double.POSITIVE_INFINITY, key("high"));
        redis.zadd(key("zset:many"), Double.NEGATIVE_INFINITY, key("low"));
        redis.zadd(key("zset:many"), -0.0, key("zero"));
    }

    private void hashes() {
        redis.hset(key("hash:small"), Map.of(key("f"), key("v"), key("n"), key("17")));
        Map<byte[], byte[]> fields = new LinkedHashMap<>();
        for (int i = 0; i < 5000; i++) {
            fields.put(key("field " + i), i % 5 == 0 ? key("" + i) : key("value ".repeat(1 + i % 7) + i));
        }
        redis.hset(key("hash:many"), fields);
        redis.hset(key("hash:large"), Map.of(key("f"), noise(200_000), key("g"), key("y".repeat(50_000))));
        if (fieldTtls) {
            redis.hset(key("hash:ttl:small"), Map.of(key("a"), key("1"), key("b"), key("2"), key("c"), key("3")));
            redis.hpexpireat(key("hash:ttl:small"), LATER + 2, key("a"));
            redis.hpexpireat(key("hash:ttl:small"), LATER + 3, key("b"));
            redis.hset(key("hash:ttl:many"), fields);
            redis.hpexpireat(key("hash:ttl:many"), LATER + 4, key("field 7"), key("field 4000"));
            redis.hpexpireat(key("hash:ttl:many"), LATER + 500_000_000L, key("field 8"));
            redis.pexpireat(key("hash:ttl:many"), LATER + 6);
        }
    }

    private void streams() {
        for (int i = 1; i <= 300; i++) {
            String id = 1_700_000_000_000L + i / 3 + "-" + i;
            add("stream:groups", id, "f", i, "g" + i % 2, noise(i % 40));
        }
        redis.xdel(key("stream:groups"), "1700000000001-3", "1700000000010-30", "1700000000100-300");
        group("stream:groups", "g1", "0");
        group("stream:groups", "g2", "1700000000050-150");
        group("stream:groups", "idle", "$");
        redis.xgroupCreateconsumer(key("stream:groups"), Consumer.from(key("g1"), key("nothing pending")));
        read("g1", "alice", 20);
        read("g1", "bob", 5);
        read("g1", "alice", 3);
        read("g2", "carol", 10);
        redis.xack(key("stream:groups"), key("g1"), "1700000000000-1", "1700000000002-7");
        // entries that are pending, and gone
        redis.xdel(key("stream:groups"), "1700000000002-8", "1700000000050-151");
        group("stream:empty", "g", "$");
        add("stream:emptied", "5-1", "a", "b");
        redis.xdel(key("stream:emptied"), "5-1");
        redis.xadd(
                key("stream:plain"),
                new io.lettuce.core.XAddArgs().id("7-18446744073709551615"),
                Map.of(key("a"), key("b")));
    }

    private void group(String stream, String group, String from) {
        Raw.status(redis, "XGROUP", "CREATE", stream, group, from, "MKSTREAM");
    }

    private void read(String group, String consumer, int count) {
        Raw.text(redis, "XREADGROUP", "GROUP", group, consumer, "COUNT", count, "STREAMS", "stream:groups", ">");
    }

    private void add(String stream, String id, Object... fields) {
        Object[] words = new Object[3 + fields.length];
        words[0] = "XADD";
        words[1] = stream;
        words[2] = id;
        System.arraycopy(fields, 0, words, 3, fields.length);
        Raw.bytes(redis, words);
    }

    private static byte[][] several(int count, String prefix) {
        byte[][] words = new byte[count][];
        for (int i = 0; i < count; i++) {
            words[i] = key(prefix + i);
        }
        return words;
    }

    private byte[] noise(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
