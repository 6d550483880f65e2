/**
 * One deployment as one consistent cache: reads that are as fresh as promised from any copy, failovers that calls wait out,
 * and failures that say what became of a call.
 *
 * <p>Starting points: {@link dev.lockstep.client.Lockstep}, the entry; {@link dev.lockstep.client.View}, what calls are made
 * on; inside, {@code CommandPath}, the way of every call. Promise: a session's reads show its own writes and never go back
 * in time without the session being told; nothing is executed twice that must not be; no call outlives its timeout. Not
 * promised yet: that an acknowledged write survives a failover.
 */
@NullMarked
package dev.lockstep.client;

import org.jspecify.annotations.NullMarked;
