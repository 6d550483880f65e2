package dev.lockstep.drill;

import io.lettuce.core.cluster.SlotHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The keys that one client's workload uses: for each writing thread some registers, a counter and three lists. Their
 * names are chosen so that each sort is spread over all shards of a cluster.
 */
final class Keyspace {
    static final int REGISTERS = 4;
    /** Among how many equal parts of all slots each sort of keys is shared out evenly. */
    private static final int PARTS = 3;

    private static final int PER_WRITER = REGISTERS + 4;

    private final int writers;
    private final List<Key> keys = new ArrayList<>();

    Keyspace(String client, int writers) {
        this.writers = writers;
        String prefix = "drill:" + client.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ":";
        for (int writer = 0; writer < writers; writer++) {
            for (int i = 0; i < REGISTERS; i++) {
                add(prefix + writer + ":r" + i, Key.Type.REGISTER, writer);
            }
            add(prefix + writer + ":counter", Key.Type.COUNTER, writer);
            add(prefix + writer + ":list", Key.Type.LIST, writer);
            add(prefix + writer + ":durable", Key.Type.LIST, writer);
            add(prefix + writer + ":one", Key.Type.LIST, writer);
        }
    }

    private void add(String name, Key.Type type, int writer) {
        String spread = spread(name, (writer + keys.size()) % PARTS);
        keys.add(new Key(keys.size(), spread, type, writer, SlotHash.getSlot(spread)));
    }

    /** Names that differ in a digit only lie close together: one is lengthened until it lies where it should. */
    private static String spread(String name, int part) {
        String candidate = name;
        for (int i = 1; SlotHash.getSlot(candidate) * PARTS / Placement.SLOTS != part; i++) {
            candidate = name + "." + i;
        }
        return candidate;
    }

    List<Key> keys() {
        return List.copyOf(keys);
    }

    int writers() {
        return writers;
    }

    Key register(int writer, int number) {
        return keys.get(writer * PER_WRITER + number);
    }

    Key counter(int writer) {
        return keys.get(writer * PER_WRITER + REGISTERS);
    }

    Key list(int writer) {
        return keys.get(writer * PER_WRITER + REGISTERS + 1);
    }

    /** The list to which its writer appends durably. */
    Key durableList(int writer) {
        return keys.get(writer * PER_WRITER + REGISTERS + 2);
    }

    /** The list to which its writer appends until one replica holds it. */
    Key listOnOne(int writer) {
        return keys.get(writer * PER_WRITER + REGISTERS + 3);
    }

    /** What a register holds after its {@code sequence}th write. */
    static String value(Key key, long sequence) {
        return key.writer() + ":" + key.id() + ":" + sequence;
    }

    /** The sequence of a value that was read from a register; 0 for none, {@link Call#FOREIGN} if it is not one of it. */
    static long sequence(Key key, @Nullable String value) {
        if (value == null) {
            return 0;
        }
        String prefix = key.writer() + ":" + key.id() + ":";
        if (!value.startsWith(prefix)) {
            return Call.FOREIGN;
        }
        return number(value.substring(prefix.length()));
    }

    /** A positive number; {@link Call#FOREIGN} if the text is none. */
    static long number(String text) {
        try {
            long number = Long.parseLong(text);
            return number > 0 ? number : Call.FOREIGN;
        } catch (NumberFormatException e) {
            return Call.FOREIGN;
        }
    }
}
