package dev.lockstep.bench;

import io.lettuce.core.api.sync.RedisCommands;
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

    void fill(RedisCommands<String, String> commands) {
        for (String name : names) {
            commands.set(name, value);
        }
    }

    String any(RandomGenerator random) {
        return names[random.nextInt(COUNT)];
    }

    String value() {
        return value;
    }
}
