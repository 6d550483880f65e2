package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which actor's session a client told of a rollback, and when. An actor that hands its session over has several, one after
 * the other; telling one that is over does not count. Knows the client's sessions by identity only. Thread-safe.
 */
final class ToldSessions {
    private record Telling(@Nullable Object session, int shard, long at) {}

    private record Tenure(Object session, int actor, long from, long until) {}

    private final List<Telling> tellings = new ArrayList<>();
    private final List<Tenure> tenures = new ArrayList<>();

    /** A session was told; null stands for the one that all shared views have. */
    synchronized void told(@Nullable Object session, int shard, long at) {
        tellings.add(new Telling(session, shard, at));
    }

    synchronized void began(Object session, int actor, long from) {
        tenures.add(new Tenure(session, actor, from, Long.MAX_VALUE));
    }

    synchronized void ended(Object session, long until) {
        tenures.replaceAll(
                tenure -> tenure.session == session ? new Tenure(session, tenure.actor, tenure.from, until) : tenure);
    }

    synchronized List<Told> all() {
        List<Told> all = new ArrayList<>();
        for (Telling telling : tellings) {
            if (telling.session == null) {
                all.add(new Told(telling.at, Actor.SHARED, telling.shard));
            }
            for (Tenure tenure : tenures) {
                if (tenure.session == telling.session && tenure.from <= telling.at && telling.at <= tenure.until) {
                    all.add(new Told(telling.at, tenure.actor, telling.shard));
                }
            }
        }
        return all;
    }
}
