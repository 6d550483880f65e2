package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Decides write by write what the source of a copy is told, from a seed and nothing else: what must not be done twice, nor
 * left out, and what concerns several keys. Not thread-safe.
 *
 * <p>Keys of one group meet in commands; with tags they share a slot, as a source that is a cluster requires, and without
 * tags they do not, so that a target that is a cluster has them in several.
 */
final class CopyWorkload {

    static final String COUNTER = "counter";
    static final String LIST = "list";
    private static final int GROUPS = 24;
    private static final int OF_A_GROUP = 4;
    private static final int FIELDS = 30;
    private static final int LONGEST_STREAM = 120;
    private static final String SCRIPT = "redis.call('INCRBY', KEYS[1], ARGV[1])"
            + " redis.call('HSET', KEYS[2], ARGV[2], redis.call('GET', KEYS[1]))"
            + " return redis.call('RPUSH', KEYS[3], ARGV[3])";

    private final boolean tagged;
    private final SplittableRandom random;
    private long serial;

    /** @param tagged whether keys of one group are to share a slot */
    CopyWorkload(boolean tagged, long seed) {
        this.tagged = tagged;
        this.random = new SplittableRandom(seed ^ 0x5ca1ab1e);
    }

    private String key(String type, int group, int which) {
        return tagged ? type + ":{" + group + "}:" + which : type + ":" + group + ":" + which;
    }

    private String any(String type, int group) {
        return key(type, group, random.nextInt(OF_A_GROUP));
    }

    private String member() {
        return "m" + random.nextInt(FIELDS);
    }

    private CopyWrite count(String key) {
        int by = 1 + random.nextInt(100);
        return CopyWrite.of("INCRBY").key(key).words(by).counts(key, by);
    }

    private CopyWrite push(String key) {
        String element = "e" + serial++;
        return CopyWrite.of("RPUSH").key(key).words(element).pushes(element);
    }

    /** What is there before anything is copied: so many keys, some of each type, one in fifty with an expiry. */
    CopyWrite first(int i) {
        if (i < GROUPS) {
            return CopyWrite.of("XGROUP")
                    .words("CREATE")
                    .key(key("stream", i, 0))
                    .words("group", "$", "MKSTREAM");
        }
        String value = ("value " + i + " ").repeat(6 + i % 20);
        return switch (i % 50) {
            case 0 -> expiring(key("lease", i % GROUPS, i));
            case 1 -> CopyWrite.of("HSET").key("filler:hash:" + i).words("a", i, "b", value, "c", "");
            case 2 -> CopyWrite.of("RPUSH").key("filler:list:" + i).words(i, value, value);
            case 3 -> CopyWrite.of("SADD").key("filler:set:" + i).words(i, i + 1, i + 2, value);
            case 4 -> CopyWrite.of("ZADD").key("filler:zset:" + i).words(i, "one", 0.5 * i, "half", "-inf", value);
            case 5 -> CopyWrite.of("SADD").key("filler:numbers:" + i).words(1, 2, 3, i);
            default -> CopyWrite.of("SET").key("filler:" + i).words(value);
        };
    }

    /** A time of expiry far enough away that nothing which goes on through a failover sees it pass unawares. */
    private CopyWrite expiring(String key) {
        return CopyWrite.of("SET").key(key).words("until", "PX", lifetime());
    }

    private long lifetime() {
        return 90_000L + random.nextInt(600_000);
    }

    /** The next one to be sent. */
    CopyWrite next() {
        int group = random.nextInt(GROUPS);
        int dice = random.nextInt(100);
        if (dice < 16) {
            return count(any(COUNTER, group));
        } else if (dice < 28) {
            return push(any(LIST, group));
        } else if (dice < 40) {
            return CopyWrite.of("LMOVE")
                    .key(any(LIST, group))
                    .key(any(LIST, group))
                    .words(side(), side());
        } else if (dice < 46) {
            return CopyWrite.together(
                    List.of(count(any(COUNTER, group)), push(any(LIST, group)), count(any(COUNTER, group))));
        } else if (dice < 51) {
            return script(any(COUNTER, group), any("hash", group), any(LIST, group));
        } else if (dice < 60) {
            return ofHashesAndSortedSets(group);
        } else if (dice < 69) {
            return ofStreams(group);
        } else if (dice < 82) {
            return ofSets(group);
        } else if (dice < 91) {
            return ofExpiries(group);
        }
        return ofStrings(group);
    }

    private String side() {
        return random.nextBoolean() ? "LEFT" : "RIGHT";
    }

    private CopyWrite script(String counter, String hash, String list) {
        int by = 1 + random.nextInt(100);
        String element = "e" + serial++;
        return CopyWrite.of("EVAL")
                .words(SCRIPT, 3)
                .key(counter)
                .key(hash)
                .key(list)
                .words(by, member(), element)
                .counts(counter, by)
                .pushes(element);
    }

    private CopyWrite ofHashesAndSortedSets(int group) {
        return switch (random.nextInt(9)) {
            case 0, 1 -> CopyWrite.of("HINCRBY").key(any("sums", group)).words(member(), random.nextInt(50));
            case 2 -> CopyWrite.of("HSET").key(any("hash", group)).words(member(), "v" + serial++, member(), serial);
            case 3 -> CopyWrite.of("HDEL").key(any("hash", group)).words(member());
            case 4, 5 -> CopyWrite.of("ZINCRBY").key(any("zset", group)).words(random.nextInt(50) / 4.0, member());
            case 6 -> CopyWrite.of("ZADD").key(any("zset", group)).words("GT", random.nextInt(100), member());
            case 7 -> CopyWrite.of("ZPOPMIN").key(any("zset", group));
            default ->
                CopyWrite.of("ZRANGESTORE")
                        .key(any("zrange", group))
                        .key(any("zset", group))
                        .words(0, 5);
        };
    }

    private CopyWrite ofStreams(int group) {
        String stream = key("stream", group, 0);
        return switch (random.nextInt(8)) {
            case 0, 1, 2, 3 ->
                CopyWrite.of("XADD").key(stream).words("MAXLEN", LONGEST_STREAM, ++serial + "-1", "f", "v" + serial);
            case 4, 5 ->
                CopyWrite.of("XREADGROUP")
                        .words("GROUP", "group", "consumer" + random.nextInt(3), "COUNT", 3, "STREAMS")
                        .key(stream)
                        .words(">");
            case 6 ->
                CopyWrite.of("XAUTOCLAIM")
                        .key(stream)
                        .words("group", "consumer" + random.nextInt(3), 0, "-", "COUNT", 2);
            default -> CopyWrite.of("XTRIM").key(stream).words("MAXLEN", LONGEST_STREAM / 2);
        };
    }

    private CopyWrite ofSets(int group) {
        return switch (random.nextInt(9)) {
            case 0, 1, 2 -> CopyWrite.of("SADD").key(any("set", group)).words(member(), "n" + random.nextInt(500));
            case 3 -> CopyWrite.of("SREM").key(any("set", group)).words(member());
            case 4 -> CopyWrite.of("SPOP").key(any("set", group));
            case 5 ->
                CopyWrite.of("SMOVE")
                        .key(any("set", group))
                        .key(any("set", group))
                        .words(member());
            case 6 ->
                CopyWrite.of("SINTERSTORE")
                        .key(any("inter", group))
                        .key(any("set", group))
                        .key(any("set", group));
            default ->
                CopyWrite.of("SUNIONSTORE")
                        .key(any("union", group))
                        .key(any("set", group))
                        .key(any("set", group));
        };
    }

    private CopyWrite ofExpiries(int group) {
        return switch (random.nextInt(8)) {
            case 0, 1 -> expiring(any("expires", group));
            case 2 -> CopyWrite.of("PEXPIRE").key(any("expires", group)).words(lifetime());
            case 3 -> CopyWrite.of("PERSIST").key(any("expires", group));
            case 4 -> CopyWrite.of("GETEX").key(any("expires", group)).words("PX", lifetime());
            case 5 -> CopyWrite.of("PEXPIRE").key(any("sums", group)).words(lifetime());
            default ->
                CopyWrite.of("SET").key(any("brief", group)).words("b" + serial++, "PX", 100 + random.nextInt(4_000));
        };
    }

    private CopyWrite ofStrings(int group) {
        return switch (random.nextInt(9)) {
            case 0 -> CopyWrite.of("SET").key(any("name", group)).words("n" + serial++);
            case 1, 2 -> CopyWrite.of("RENAME").key(any("name", group)).key(any("renamed", group));
            case 3 -> CopyWrite.of("APPEND").key(any("text", group)).words("+" + serial++);
            case 4 -> CopyWrite.of("SET").key(any("text", group)).words("t");
            case 5 -> CopyWrite.of("SETBIT").key(any("bits", group)).words(random.nextInt(2_000), 1);
            case 6 ->
                CopyWrite.of("BITOP")
                        .words("XOR")
                        .key(any("xor", group))
                        .key(any("bits", group))
                        .key(any("bits", group));
            case 7 ->
                CopyWrite.of("COPY")
                        .key(any("text", group))
                        .key(any("copied", group))
                        .words("REPLACE");
            default -> CopyWrite.of("DEL").key(any("renamed", group));
        };
    }

    /** Every key that expires, once more. */
    List<CopyWrite> expiriesAnew(int keys) {
        List<CopyWrite> all = new ArrayList<>();
        for (int i = GROUPS; i < keys; i++) {
            if (i % 50 == 0) {
                all.add(expiring(key("lease", i % GROUPS, i)));
            }
        }
        for (int group = 0; group < GROUPS; group++) {
            for (int which = 0; which < OF_A_GROUP; which++) {
                all.add(expiring(key("expires", group, which)));
                all.add(CopyWrite.of("DEL").key(key("brief", group, which)));
                all.add(CopyWrite.of("PERSIST").key(key("sums", group, which)));
            }
        }
        return all;
    }
}
