package dev.lockstep.client;

import org.jspecify.annotations.Nullable;

/**
 * A value that was read and may be returned again for a while, or the place where one will stand. Immutable.
 *
 * <p>Kept by {@link TrackedReads}, in a map that its user provides.
 *
 * @param <V> value type
 */
public final class Tracked<V> {

    private final @Nullable V value;
    private final @Nullable Warrant warrant;

    Tracked(@Nullable V value, Warrant warrant) {
        this.value = value;
        this.warrant = warrant;
    }

    private Tracked() {
        this.value = null;
        this.warrant = null;
    }

    /** What stands for a value that was asked for and is not there yet. */
    static <V> Tracked<V> placeholder() {
        return new Tracked<>();
    }

    /** The value; null if the key did not exist. */
    public @Nullable V value() {
        return value;
    }

    /** See {@link Warrant#holds}. */
    boolean holds(long now, long number) {
        return warrant != null && warrant.holds(now, number);
    }

    boolean isLapsed(long now) {
        return warrant != null && warrant.isLapsed(now);
    }
}
