package dev.lockstep.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * How an application loads its client.
 *
 * @param name as the table says it
 * @param threads how many threads call
 * @param window how many calls each has in flight; 1 means that it blocks for every reply
 * @param keys of each call: 1 for GET and SET, more for MGET
 * @param writeEvery which of so many calls is a SET
 */
record Shape(String name, int threads, int window, int keys, int writeEvery) {

    static final Shape BUSIEST = new Shape("4 threads, 256 in flight", 4, 256, 1);

    /** On any deployment. */
    static final List<Shape> ALL = List.of(
            new Shape("1 thread, blocking", 1, 1, 1),
            new Shape("64 threads, blocking", 64, 1, 1),
            new Shape("1 thread, 256 in flight", 1, 256, 1),
            BUSIEST);

    private static final List<Shape> OVER_SLOTS = List.of(
            new Shape("1 thread, MGET of 100 keys", 1, 1, 100), new Shape("8 threads, MGET of 100 keys", 8, 1, 100));

    /** GET and SET by turns, or MGET. */
    Shape(String name, int threads, int window, int keys) {
        this(name, threads, window, keys, 2);
    }

    /** The same with another share of writes. */
    Shape writingEvery(int calls) {
        return new Shape(name, threads, window, keys, calls);
    }

    /**
     * The loads: those of a cluster have calls over all of its shards too.
     *
     * @param only which of them, from 1 on; 0 for all
     */
    static List<Shape> on(Servers servers, int only) {
        List<Shape> shapes = new ArrayList<>(ALL);
        if (servers.cluster()) {
            shapes.addAll(OVER_SLOTS);
        }
        return only == 0 ? shapes : List.of(shapes.get(Math.min(only, shapes.size()) - 1));
    }
}
