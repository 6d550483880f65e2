package dev.lockstep.bench;

import java.util.random.RandomGenerator;

/** The keys of the load, all with the same value of 100 bytes. */
final class Keys {

    private static final int COUNT = 10_000;

    private final String[] names = new String[COUNT];
    private final String value = "0123456789".repeat(10);

    Keys() {
        for (int i = 0; i < COUNT; i++) {
            names[i] = "bench:" + i;
        }
    }

    void fill(Calls calls) {
        for (String name : names) {
            calls.set(name, value);
        }
    }

    String any(RandomGenerator random) {
        return names[random.nextInt(COUNT)];
    }

    /** Different ones, which in a cluster belong to as many slots, nearly, of all shards. */
    String[] some(int count, RandomGenerator random) {
        String[] some = new String[count];
        int first = random.nextInt(COUNT);
        for (int i = 0; i < count; i++) {
            some[i] = names[(first + i) % COUNT];
        }
        return some;
    }

    String value() {
        return value;
    }
}
