package dev.lockstep.client;

import dev.lockstep.topology.Position;
import org.jspecify.annotations.Nullable;

/**
 * Something that a session had seen and that the shard's new history does not hold, or not certainly.
 *
 * @param shard the shard's name
 * @param session who had seen it; null for the views of the {@link Lockstep} itself, which share what they have seen
 * @param seen the position that was seen; null if it was not known yet when the primary was lost
 * @param history the history that is valid now
 */
public record Rollback(
        String shard, @Nullable Session session, @Nullable Position seen, String history) {}
