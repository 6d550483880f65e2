package dev.lockstep.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A slot between two owners, or without one: its calls wait here until they can go on, in order.
 *
 * <p>Thread-safe.
 */
final class Crossing implements Way {
    /* A slot changes hands while calls to it are on the way. Those that reached the old owner too late come back (MOVED),
     * one by one; if newer calls went to the new owner meanwhile, they would overtake them. So:
     *
     *   1. The crossing takes the slot's place in the table of owners. Whoever looks the owner up now waits here.
     *   2. Everybody who had looked it up before has handed over his call to the old owner's lane (Dispatches).
     *   3. The old owner's lane gives up the calls of the slot that it holds, and all that it sent are answered or given
     *      back (Evacuation): nothing of this slot is on the way any more.
     *   4. Once the new owner is known, its copies are only believed if they have applied all that arrived with the slot
     *      (ShardRoute.slotArrives), and the calls go there: first what came back, then what came here.
     *
     * TRYAGAIN and CLUSTERDOWN lead through a crossing too, back to the same owner after a pause. */

    final int slot;

    /** The former owner; null if there was none. */
    final @Nullable ShardRoute from;

    private final Routes routes;

    // Guarded by this.
    private final HeldCalls returned;
    private final HeldCalls waiting;
    private @Nullable ShardRoute to;
    private boolean evacuated;
    private boolean pausing;

    private volatile @Nullable ShardRoute opened;
    private volatile String why;

    Crossing(int slot, @Nullable ShardRoute from, Routes routes, String why) {
        this.slot = slot;
        this.from = from;
        this.routes = routes;
        this.why = why;
        this.returned = new HeldCalls(routes.crossingBounds());
        this.waiting = new HeldCalls(routes.crossingBounds());
        this.evacuated = from == null;
    }

    @Override
    public void submit(Call call) {
        ShardRoute open;
        String refusal = null;
        synchronized (this) {
            open = opened;
            if (open == null) {
                call.goes(this);
                refusal = to == null && routes.refusesUncovered(slot) ? trouble() : waiting.add(call);
            }
        }
        if (open != null) {
            open.submit(call);
        } else if (refusal != null) {
            call.fail(new NotSentException(
                    call.name() + " was not sent: " + refusal + ". Nothing was executed: it is safe to call it again"));
        } else {
            routes.stats().held.increment();
        }
    }

    /** A call that had been sent to the former owner before all that wait here, and was not executed. */
    void giveBack(Call call) {
        synchronized (this) {
            if (opened == null) {
                call.goes(this);
                returned.addLast(call);
                return;
            }
        }
        routes.submit(call);
    }

    /** The slot goes to this shard next (null: to nobody yet); false if it has gone to another already. */
    boolean leadsTo(@Nullable ShardRoute next, String because) {
        synchronized (this) {
            if (opened != null) {
                return false;
            }
            to = next;
            why = because;
        }
        tryOpen();
        return true;
    }

    /** Whether calls may still go to this shard because of it. */
    synchronized boolean refersTo(ShardRoute shard) {
        return shard.equals(from) || shard.equals(to);
    }

    synchronized boolean hasDestination() {
        return to != null;
    }

    /** Nothing of the slot is on the way to the former owner any more. */
    void evacuated() {
        synchronized (this) {
            evacuated = true;
        }
        tryOpen();
    }

    /** Stays closed until {@link #resume}. */
    synchronized void pause() {
        pausing = true;
    }

    void resume() {
        synchronized (this) {
            pausing = false;
        }
        tryOpen();
    }

    private void tryOpen() {
        synchronized (this) {
            ShardRoute next = to;
            if (opened != null || !evacuated || pausing || next == null) {
                return;
            }
            if (next != from) {
                next.slotArrives();
            }
            // Under the lock, so that nobody who comes now overtakes those who waited
            returned.drain(call -> pass(call, next));
            waiting.drain(call -> pass(call, next));
            opened = next;
        }
        routes.leave(this);
    }

    private static boolean pass(Call call, ShardRoute next) {
        next.submit(call);
        return true;
    }

    /** Where it led to; null while it is closed. */
    @Nullable
    ShardRoute opened() {
        return opened;
    }

    @Override
    public String trouble() {
        return "slot " + slot + " had no owner to send it to (" + why + ")";
    }

    /** Forgets calls that have ended. */
    synchronized void sweep() {
        returned.removeDone();
        waiting.removeDone();
    }

    /** Takes out all calls. */
    synchronized List<Call> close() {
        List<Call> left = returned.removeAll();
        left.addAll(waiting.removeAll());
        return left;
    }
}
