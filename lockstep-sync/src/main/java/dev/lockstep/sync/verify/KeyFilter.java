package dev.lockstep.sync.verify;

import dev.lockstep.sync.Checkpoint;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which keys are looked at: those of the patterns given, and never the checkpoints of a copy. Immutable. */
record KeyFilter(List<Glob> include, List<Glob> exclude) {

    boolean takes(byte[] key) {
        return !Checkpoint.isOwn(ByteBuffer.wrap(key))
                && (include.isEmpty() || include.stream().anyMatch(glob -> glob.matches(key)))
                && exclude.stream().noneMatch(glob -> glob.matches(key));
    }

    /** The pattern by which a server may choose beforehand; null if there is not exactly one. */
    byte @Nullable [] match() {
        return include.size() == 1 ? include.get(0).bytes() : null;
    }
}
