/**
 * Who is primary, who follows, in which history and how far: observed, verified, published.
 *
 * <p>Starting points: {@link dev.lockstep.topology.Topology}, the immutable model; {@code TopologyWatcher}, the loop that
 * keeps it true. Promise: a node is called primary only after it said so itself, and a newer primary is never exchanged
 * for an older one. Not promised: that a node which just said so is still primary when you speak to it.
 */
@NullMarked
package dev.lockstep.topology;

import org.jspecify.annotations.NullMarked;
