package dev.lockstep.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many replicas must hold a write before its call returns, and how long it waits for them. Immutable.
 *
 * <p>Durability is about writes; reads are not delayed. A replica holds a write once it has applied it in memory. A write
 * that the primary has executed and that is not confirmed in time ends with {@link NotDurableException}, which says who has
 * it.
 */
public final class Durability {

    /** The number of replicas that stands for all of them. */
    static final int ALL = Integer.MAX_VALUE;

    private static final Durability NONE = new Durability(0, null);

    private final int replicas;
    private final @Nullable Duration timeout;

    private Durability(int replicas, @Nullable Duration timeout) {
        this.replicas = replicas;
        this.timeout = timeout;
    }

    /** A write returns once the primary has executed it: a failover may lose it. */
    public static Durability none() {
        return NONE;
    }

    /**
     * A write returns once {@code n} replicas that may be promoted hold it. It survives the death of its primary alone, as
     * long as the replica that is promoted is one that is furthest on: with Redis Sentinel if priorities are equal.
     *
     * @param n at least 1
     */
    public static Durability replicas(int n) {
        if (n < 1) {
            throw new IllegalArgumentException(
                    "A write shall be held by " + n + " replicas; expected at least 1, or Durability.none()");
        }
        return new Durability(n, null);
    }

    /**
     * A write returns once every replica that may be promoted holds it, however many die afterwards. Replicas count by who
     * they are: one that is down is waited for, until Sentinel or the cluster has forgotten it ({@code SENTINEL RESET},
     * {@code CLUSTER FORGET}) or must not promote it (priority 0, {@code nofailover}). Without any replica no write is
     * confirmed.
     */
    public static Durability allReplicas() {
        return new Durability(ALL, null);
    }

    /**
     * The same with a time of its own to wait for replicas, from the primary's answer on. Without one a write waits for as
     * long as its call may take, and never longer.
     */
    public Durability within(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("The time to confirm a write is " + time + "; expected more than zero");
        }
        return new Durability(replicas, time);
    }

    /** How many replicas must hold a write: 0 for none, {@link #ALL} for all. */
    int demand() {
        return replicas;
    }

    /** How long a write may wait for replicas; {@link Long#MAX_VALUE} if nothing is said. */
    long timeoutNanos() {
        return timeout == null ? Long.MAX_VALUE : timeout.toNanos();
    }

    @Override
    public String toString() {
        String who = replicas == 0 ? "none" : replicas == ALL ? "allReplicas" : "replicas(" + replicas + ")";
        return who + (timeout == null ? "" : " within " + Call.text(timeout.toNanos()));
    }
}
