package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The threads of one client's workload: most write and read in a session of their own, a quarter on the views that all
 * share; some only read, in a session of their own or each within a staleness bound of its own.
 *
 * @param actors the writing ones first, of these the shared ones last
 */
record Crew(List<Actor> actors, int writers, int shared) {

    static Crew of(int threads, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int bounded = Math.max(1, threads * 3 / 16);
        int readers = threads / 8;
        int shared = Math.max(1, threads / 4);
        int writers = threads - bounded - readers;
        List<Actor> actors = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            boolean isBounded = thread >= threads - bounded;
            boolean isShared = isBounded || (thread >= writers - shared && thread < writers);
            long bound = isBounded ? (50 + random.nextInt(450)) * 1_000_000L : 0;
            actors.add(new Actor(thread, isShared ? Actor.SHARED : thread, bound));
        }
        return new Crew(List.copyOf(actors), writers, shared);
    }

    boolean writes(Actor actor) {
        return actor.thread() < writers;
    }

    /** The first writer of the actor's session: of the shared ones together, of any other only itself. */
    int firstPeer(Actor actor) {
        return actor.session() == Actor.SHARED ? writers - shared : actor.thread();
    }

    int peers(Actor actor) {
        return actor.session() == Actor.SHARED ? shared : 1;
    }
}
