package dev.lockstep.sync;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The putting in place of true times of expiry for some keys, page by page. Confined to one thread. */
final class TrueTimes {

    private static final int PAGE = 1_000;

    private record Place(Outlet outlet, int database) {}

    private final Outlets outlets;
    private final Duration patience;
    private final ArrayDeque<DatabaseKey> left;

    TrueTimes(Outlets outlets, Duration patience, Collection<DatabaseKey> keys) {
        this.outlets = outlets;
        this.patience = patience;
        this.left = new ArrayDeque<>(keys);
    }

    /** Takes the next page; false if that was the last. */
    boolean page() throws Setback, InterruptedException {
        Map<Place, List<byte[]>> keys = new HashMap<>();
        for (int i = 0; i < PAGE && !left.isEmpty(); i++) {
            DatabaseKey key = left.remove();
            byte[] name = key.bytes();
            Outlet outlet = outlets.of(outlets.isSharded() ? Slots.of(name) : 0);
            keys.computeIfAbsent(new Place(outlet, key.database()), none -> new ArrayList<>())
                    .add(name);
        }
        for (Map.Entry<Place, List<byte[]>> each : keys.entrySet()) {
            Replies node = new Replies(each.getKey().outlet(), patience);
            int database = each.getKey().database();
            if (database != 0) {
                node.ask(Words.of("SELECT", Integer.toString(database)));
            }
            Sweep.trueTimes(each.getKey().outlet(), each.getValue());
            if (database != 0) {
                node.ask(Words.of("SELECT", "0"));
            }
        }
        return !left.isEmpty();
    }
}
