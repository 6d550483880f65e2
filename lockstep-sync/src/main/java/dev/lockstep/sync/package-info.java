/**
 * One deployment kept exactly equal to another, of whatever kind and sharding, and the proof that it is.
 *
 * <p>What arrives from each source shard, the snapshot and then the stream of commands, is drained to a spool at once, cut
 * without being decoded, and applied to the target together with the position that it stands at. So a copy that is
 * interrupted at any moment goes on where the target says that it is.
 */
@NullMarked
package dev.lockstep.sync;

import org.jspecify.annotations.NullMarked;
