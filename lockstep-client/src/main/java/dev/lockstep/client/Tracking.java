package dev.lockstep.client;

import dev.lockstep.topology.Position;
import dev.lockstep.topology.ReplicationInfo;
import dev.lockstep.topology.Role;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one connection on which a primary tells of changes: its present era, and why there is another one.
 *
 * <p>Called in the order in which things arrive on the connection; only {@link #end} may come from elsewhere.
 */
final class Tracking {

    private final Era.Ground ground;
    private final AtomicLong statements;
    private volatile Era era;
    private boolean ended; // guarded by this

    /** @param statements how many were made, on all connections together */
    Tracking(Era.Ground ground, AtomicLong statements) {
        this.ground = ground;
        this.statements = statements;
        this.era = new Era(ground);
    }

    /** In which what is now asked for will be worth something. */
    Era era() {
        return era;
    }

    /** Everything may have changed. What was asked for before is not worth keeping either. */
    synchronized void everythingChanged() {
        era.end();
        if (!ended) {
            era = new Era(ground);
        }
    }

    /**
     * The node told where it stands.
     *
     * @param askedAt when it was asked
     * @return its statement if it is the primary that calls are sent to, so that what it answered before counts; else null
     */
    Era.@Nullable Statement told(ReplicationInfo info, long askedAt) {
        Era.Statement before = era.latest();
        boolean primary = info.role() == Role.PRIMARY;
        String history = info.position().history();
        if (!primary || (before != null && !before.position().history().equals(history))) {
            everythingChanged();
        }
        Lineage lineage = ground.lineage();
        if (!primary || lineage == null || !lineage.history().equals(history)) {
            return null;
        }
        Position position = new Position(lineage.history(), info.position().offset()); // the same text, to compare fast
        Era.Statement statement = new Era.Statement(position, lineage, askedAt, statements.incrementAndGet());
        return era.renew(statement) ? statement : null;
    }

    /** Nothing more is believed that comes over the connection; false if that was so before. */
    synchronized boolean end() {
        boolean first = !ended;
        ended = true;
        era.end();
        return first;
    }
}
