package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The threads of one client's workload: most with a session of their own, a quarter on the views that all share, and some
 * that only read, each with a staleness bound of its own.
 *
 * @param actors the writing ones first
 */
record Crew(List<Actor> actors, int writers) {

    static Crew of(int threads, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int bounded = Math.max(1, threads * 3 / 16);
        int shared = Math.max(1, threads / 4);
        int writers = threads - bounded;
        List<Actor> actors = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            boolean own = thread < writers - shared;
            long bound = thread < writers ? 0 : (50 + random.nextInt(450)) * 1_000_000L;
            actors.add(new Actor(thread, own ? thread : Actor.SHARED, bound));
        }
        return new Crew(List.copyOf(actors), writers);
    }

    /** The first writer of the session's threads: of the shared ones together, of any other only itself. */
    int firstPeer(Actor actor) {
        return actor.session() == Actor.SHARED ? firstShared() : actor.thread();
    }

    private int firstShared() {
        int first = 0;
        while (actors.get(first).session() != Actor.SHARED) {
            first++;
        }
        return first;
    }

    int peers(Actor actor) {
        return actor.session() == Actor.SHARED ? writers - firstShared() : 1;
    }
}
