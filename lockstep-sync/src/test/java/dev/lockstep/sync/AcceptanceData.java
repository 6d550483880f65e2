package dev.lockstep.sync;

import java.util.Random;

/** A large data set of every type in every encoding, by a seed, written by a server's own commands. */
final class AcceptanceData {

    private static final int FIELD_BYTES = 1_000;
    private static final String LIBRARY =
            "#!lua name=acceptance\nredis.register_function('accept', function() return 1 end)";

    private final int keys;
    private final String noise;

    AcceptanceData(int keys, long seed) {
        this.keys = keys;
        StringBuilder text = new StringBuilder();
        Random random = new Random(seed);
        while (text.length() < 1 << 16) {
            text.append(Long.toString(random.nextLong() >>> 1, Character.MAX_RADIX));
        }
        this.noise = text.toString();
    }

    private String noise(int at, int length) {
        int from = Math.floorMod(at * 7919, noise.length() - length);
        return noise.substring(from, from + length);
    }

    /** Writes as many keys as were asked for, and one hash of so many bytes. */
    void write(Writer to, boolean fieldTtls, int hashMegabytes) {
        for (int i = 0; i < keys; i++) {
            write(to, "k" + i, i);
        }
        for (int field = 0; field < hashMegabytes * 1_000; field++) {
            to.send("HSET", "big hash", "field " + field, noise(field, FIELD_BYTES));
        }
        if (fieldTtls) {
            for (int i = 0; i < 200; i++) {
                to.send("HSET", "fields:" + i, "a", "1", "b", "2", "c", noise(i, i));
                to.send("HPEXPIRE", "fields:" + i, String.valueOf(7_200_000 + i), "FIELDS", "1", "a");
            }
        }
        to.flush();
    }

    /** Of a server that has several databases. */
    void writeOtherDatabases(Writer to) {
        for (int database = 1; database < 4; database++) {
            to.send("SELECT", String.valueOf(database));
            for (int i = 0; i < keys / 100; i++) {
                write(to, "d" + database + ":" + i, i);
            }
        }
        to.send("SELECT", "0");
        to.flush();
    }

    static String[] library() {
        return new String[] {"FUNCTION", "LOAD", LIBRARY};
    }

    private void write(Writer to, String key, int i) {
        boolean large = i / 20 % 200 == 0;
        int count = large ? 700 : 1 + i % 7;
        switch (i % 20) {
            case 0, 1 -> send(to, "SET", key, noise(i, 20 + i % 200));
            case 2 -> send(to, "SET", key, String.valueOf(i * 1_000_003L));
            case 3, 4 -> send(to, "SET", key, "text that repeats ".repeat(large ? 6_000 : 1 + i % 20));
            case 5, 6, 7 -> send(to, "SET", key, "expires " + i, "PX", String.valueOf(7_200_000 + i));
            case 8 -> send(to, "SETBIT", key, String.valueOf(i % 5_000), "1");
            case 9 -> send(to, "PFADD", key, several("e", i, count));
            case 10, 11 -> send(to, "HSET", key, pairs("f", count, i));
            case 12 -> send(to, "RPUSH", key, several(noise(i, 10), i, count));
            case 13 -> send(to, "RPUSH", key, several(large ? noise(i, 200) : "", i, count));
            case 14 -> send(to, "SADD", key, several("", i, count));
            case 15 -> send(to, "SADD", key, several("m", i, count));
            case 16, 17 -> send(to, "ZADD", key, scores(count, i));
            case 18 -> stream(to, key, count);
            default -> {
                send(to, "HSET", key, pairs("n", count, i));
                send(to, "PEXPIRE", key, String.valueOf(7_300_000 + i));
            }
        }
    }

    private static void stream(Writer to, String key, int count) {
        for (int entry = 1; entry <= count; entry++) {
            to.send("XADD", key, entry + "-1", "field", String.valueOf(entry));
        }
        to.send(2, "XGROUP", "CREATE", key, "group", "0");
        to.send(7, "XREADGROUP", "GROUP", "group", "one", "COUNT", "2", "STREAMS", key, ">");
        to.send("XACK", key, "group", "1-1");
    }

    private static void send(Writer to, String name, String key, String... more) {
        String[] words = new String[2 + more.length];
        words[0] = name;
        words[1] = key;
        System.arraycopy(more, 0, words, 2, more.length);
        to.send(words);
    }

    private static String[] several(String prefix, int from, int count) {
        String[] words = new String[count];
        for (int i = 0; i < count; i++) {
            words[i] = prefix + (from + i);
        }
        return words;
    }

    private String[] pairs(String prefix, int count, int from) {
        String[] words = new String[2 * count];
        for (int i = 0; i < count; i++) {
            words[2 * i] = prefix + i;
            words[2 * i + 1] = i % 2 == 0 ? String.valueOf(from + i) : noise(from + i, 10 + i % 30);
        }
        return words;
    }

    private static String[] scores(int count, int from) {
        String[] words = new String[2 * count];
        for (int i = 0; i < count; i++) {
            words[2 * i] = String.valueOf((from + i) / 7.0);
            words[2 * i + 1] = "member " + i;
        }
        return words;
    }
}
