package dev.lockstep.sync;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A walk over the keys that a target has of some slots, page by page. What the copy keeps for itself is passed over. Confined to
 * one thread; between two pages the target may be written to.
 */
final class KeyWalk {
    /* A key that is there all the while is seen, unless its slot goes from a node that has not been walked through to one that
     * has. So nodes are asked for their slots before and after, and if these are not the same, or some are on their way, the
     * walk has been in vain. */

    private static final Pattern DATABASE = Pattern.compile("^db(\\d+):keys=\\d+,expires=(\\d+)", Pattern.MULTILINE);
    private static final Words KEYSPACE = Words.of("INFO", "keyspace");

    /** Which keys are wanted. */
    enum Wanted {
        ALL,
        /** Of each database all or none: none if no key there expires but the copy's own lease. */
        EXPIRING
    }

    /** What is done with the keys of a page. */
    interface Step {
        void take(Replies node, Outlet outlet, int database, List<byte[]> keys) throws Setback, InterruptedException;
    }

    /**
     * Which keys are meant.
     *
     * @param slots by which they are chosen; those of a Redis Cluster, even if the target is none
     * @param only the only database; -1 for all
     */
    record Scope(BitSet slots, Selection selection, int only) {

        private boolean has(int database) {
            return (only < 0 || database == only) && selection.hasDatabase(database);
        }

        private boolean has(int database, byte[] key) {
            return slots.get(Slots.of(key)) && selection.takes(database, key);
        }
    }

    private record Place(Outlet outlet, int database) {}

    private final Outlets outlets;
    private final Scope scope;
    private final Duration patience;
    private final Step step;
    private final ArrayDeque<Place> left = new ArrayDeque<>();
    private final Map<Outlet, BitSet> owned = new HashMap<>();
    private String cursor = "0";

    /** Begins. */
    KeyWalk(Outlets outlets, Scope scope, Wanted wanted, Duration patience, Step step)
            throws Setback, InterruptedException {
        this.outlets = outlets;
        this.scope = scope;
        this.patience = patience;
        this.step = step;
        for (Outlet outlet : outlets.all()) {
            if (outlets.isSharded()) {
                owned.put(outlet, slotsOf(outlet));
            }
            for (int database : databases(outlet, wanted)) {
                if (scope.has(database)) {
                    left.add(new Place(outlet, database));
                }
            }
        }
    }

    /** Walks through to the end. */
    void run() throws Setback, InterruptedException {
        while (page()) {
            // on
        }
    }

    /** Takes the next page; false if that was the last. */
    boolean page() throws Setback, InterruptedException {
        Place place = left.peek();
        if (place != null) {
            take(place);
        }
        if (left.isEmpty()) {
            for (Map.Entry<Outlet, BitSet> before : owned.entrySet()) {
                if (!slotsOf(before.getKey()).equals(before.getValue())) {
                    throw moving();
                }
            }
        }
        return !left.isEmpty();
    }

    private void take(Place place) throws Setback, InterruptedException {
        Replies node = new Replies(place.outlet(), patience);
        select(node, place.database());
        List<Reply> page = Replies.elements(node.ask(Words.of("SCAN", cursor, "COUNT", "1000")));
        cursor = String.valueOf(Replies.text(page.get(0)));
        List<byte[]> keys = new ArrayList<>();
        for (Reply key : Replies.elements(page.get(1))) {
            byte @Nullable [] name = Replies.bytes(key);
            if (name != null && isChosen(name, place.database())) {
                keys.add(name);
            }
        }
        step.take(node, place.outlet(), place.database(), keys);
        leave(node, place.database());
        if (cursor.equals("0")) {
            left.remove();
        }
    }

    /** Connections have database 0 selected, and will have again. */
    private static void select(Replies node, int database) throws Setback, InterruptedException {
        if (database != 0) {
            node.ask(Words.of("SELECT", Integer.toString(database)));
        }
    }

    private static void leave(Replies node, int database) throws Setback, InterruptedException {
        if (database != 0) {
            node.ask(Words.of("SELECT", "0"));
        }
    }

    private boolean isChosen(byte[] key, int database) {
        return !(database == 0 && Checkpoint.isOwn(ByteBuffer.wrap(key))) && scope.has(database, key);
    }

    private List<Integer> databases(Outlet outlet, Wanted wanted) throws Setback, InterruptedException {
        if (outlets.isSharded() && wanted == Wanted.ALL) {
            return List.of(0);
        }
        Replies node = new Replies(outlet, patience);
        // The lease may end at any time, so that it is counted at the moment in which it is looked for.
        List<Reply> told = outlets.owns(outlet, 0)
                ? node.together(KEYSPACE, Words.of("PEXPIRETIME", Ownership.KEY))
                : List.of(node.ask(KEYSPACE));
        boolean leased = told.size() > 1 && told.get(1) instanceof Reply.Count time && time.value() >= 0;
        List<Integer> found = new ArrayList<>();
        Matcher databases = DATABASE.matcher(String.valueOf(Replies.text(told.get(0))));
        while (databases.find()) {
            int database = Integer.parseInt(databases.group(1));
            long expiring = Long.parseLong(databases.group(2)) - (leased && database == 0 ? 1 : 0);
            if (wanted == Wanted.ALL || expiring > 0) {
                found.add(database);
            }
        }
        return found;
    }

    private BitSet slotsOf(Outlet outlet) throws Setback, InterruptedException {
        Reply told = new Replies(outlet, patience).ask(Words.of("CLUSTER", "NODES"));
        SlotView view;
        try {
            view = SlotView.parse(String.valueOf(Replies.text(told)));
        } catch (IllegalArgumentException e) {
            throw new Setback(outlet.node() + " does not say which slots it owns: " + e.getMessage());
        }
        if (!view.isPrimary()) {
            throw new Setback(outlet.node() + " is not a primary of the target any more");
        }
        if (!view.isAtRest()) {
            throw moving();
        }
        return view.owned();
    }

    private static Setback moving() {
        return new Setback(
                "slots of the target are moving, and all of its keys have to be looked at; waiting for that");
    }
}
