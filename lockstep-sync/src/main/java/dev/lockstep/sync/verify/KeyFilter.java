package dev.lockstep.sync.verify;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which keys are looked at: those of the patterns given, and never the checkpoints of a copy. Immutable. */
record KeyFilter(List<Glob> include, List<Glob> exclude) {

    private static final byte[] CHECKPOINTS = "lockstep:ck:".getBytes(StandardCharsets.UTF_8);

    boolean takes(byte[] key) {
        return !isCheckpoint(key)
                && (include.isEmpty() || include.stream().anyMatch(glob -> glob.matches(key)))
                && exclude.stream().noneMatch(glob -> glob.matches(key));
    }

    /** The pattern by which a server may choose beforehand; null if there is not exactly one. */
    byte @Nullable [] match() {
        return include.size() == 1 ? include.get(0).bytes() : null;
    }

    private static boolean isCheckpoint(byte[] key) {
        return key.length >= CHECKPOINTS.length
                && Arrays.equals(key, 0, CHECKPOINTS.length, CHECKPOINTS, 0, CHECKPOINTS.length);
    }
}
