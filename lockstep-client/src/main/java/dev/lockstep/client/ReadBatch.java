package dev.lockstep.client;

import dev.lockstep.topology.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads that were written to a replica together, between two statements of how far it had come. Confined to the link's
 * event loop.
 */
final class ReadBatch {

    final List<Attempt> answered = new ArrayList<>();

    /** At or before what the reads saw: what the replica was known to have applied before them. */
    @Nullable
    Position atLeast;

    /** The statements themselves. */
    @Nullable
    Attempt leading;

    @Nullable
    Attempt trailing;
}
