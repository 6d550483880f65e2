package dev.lockstep.bench;

import java.util.List;

/**
 * How an application loads its client.
 *
 * @param name as the table says it
 * @param threads how many threads call
 * @param window how many calls each has in flight; 1 means that it blocks for every reply
 */
record Shape(String name, int threads, int window) {

    static final Shape BUSIEST = new Shape("4 threads, 256 in flight", 4, 256);

    static final List<Shape> ALL = List.of(
            new Shape("1 thread, blocking", 1, 1),
            new Shape("64 threads, blocking", 64, 1),
            new Shape("1 thread, 256 in flight", 1, 256),
            BUSIEST);

    boolean blocks() {
        return window == 1;
    }
}
