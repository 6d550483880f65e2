package dev.lockstep.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/** Data sets that are copied from one deployment to another, always the same ones. */
enum CopyData {
    INCOMPRESSIBLE(1, "strings of 100 bytes, incompressible"),
    COMPRESSIBLE(2, "strings of 100 bytes, compressible"),
    MIXED(3, "hashes, lists, sets and sorted sets of 10 elements");

    private static final int VALUE = 100;
    private static final int ELEMENTS = 10;
    private static final int TOGETHER = 2_000;

    private final int number;
    private final String text;

    CopyData(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /** By which it is chosen. */
    int number() {
        return number;
    }

    /** For people. */
    String name(int keys) {
        return String.format(java.util.Locale.ROOT, "%,d %s", keys, text);
    }

    /** Writes them. */
    void fill(Jedis into, int keys) {
        SplittableRandom random = new SplittableRandom(number);
        Pipeline pipeline = into.pipelined();
        for (int i = 0; i < keys; i++) {
            add(pipeline, i, random);
            if (i % TOGETHER == 0) {
                pipeline.sync();
            }
        }
        pipeline.sync();
    }

    private void add(Pipeline to, int i, SplittableRandom random) {
        if (this != MIXED) {
            to.set(bytes("key:" + i), this == COMPRESSIBLE ? repeated(i) : anyBytes(random));
            return;
        }
        switch (i % 4) {
            case 0 -> to.hset("hash:" + i, fields(random));
            case 1 -> to.rpush("list:" + i, members(random));
            case 2 -> to.sadd("set:" + i, members(random));
            default -> to.zadd("zset:" + i, scores(random));
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] repeated(int i) {
        byte[] value = new byte[VALUE];
        Arrays.fill(value, (byte) 'v');
        byte[] number = bytes(Integer.toString(i));
        System.arraycopy(number, 0, value, 0, number.length);
        return value;
    }

    private static byte[] anyBytes(SplittableRandom random) {
        byte[] value = new byte[VALUE];
        random.nextBytes(value);
        return value;
    }

    private static String[] members(SplittableRandom random) {
        String[] members = new String[ELEMENTS];
        Arrays.setAll(members, i -> "member " + random.nextInt(1 << 30));
        return members;
    }

    private static Map<String, String> fields(SplittableRandom random) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i < ELEMENTS; i++) {
            fields.put("field " + i, "value " + random.nextInt(1 << 30));
        }
        return fields;
    }

    private static Map<String, Double> scores(SplittableRandom random) {
        Map<String, Double> scores = new LinkedHashMap<>();
        for (String member : members(random)) {
            scores.put(member, random.nextInt(1 << 20) / 16.0);
        }
        return scores;
    }
}
