package dev.lockstep.sync;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which keys are meant: those of one of the patterns to include, or all if there is none, but none of those to exclude.
 * Immutable.
 */
public record KeyFilter(List<Glob> include, List<Glob> exclude) {

    /** All keys. */
    public static final KeyFilter ALL = new KeyFilter(List.of(), List.of());

    public KeyFilter {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    /** Whether all keys are meant. */
    public boolean isAll() {
        return include.isEmpty() && exclude.isEmpty();
    }

    /** Whether a key is meant. */
    public boolean means(byte[] key) {
        return (include.isEmpty() || include.stream().anyMatch(glob -> glob.matches(key)))
                && exclude.stream().noneMatch(glob -> glob.matches(key));
    }

    /** Whether a key is meant, and is not one that a copy keeps for itself. */
    public boolean takes(byte[] key) {
        return !Checkpoint.isOwn(ByteBuffer.wrap(key)) && means(key);
    }

    /** The pattern by which a server may choose beforehand; null if there is not exactly one. */
    public byte @Nullable [] match() {
        return include.size() == 1 ? include.get(0).bytes() : null;
    }
}
