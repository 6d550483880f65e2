/**
 * The proof that two deployments hold the same: every key of both is read, and what differs is named.
 *
 * <p>Starting point: {@link dev.lockstep.sync.verify.Verify}. Knows nothing of how a copy is made.
 */
@NullMarked
package dev.lockstep.sync.verify;

import org.jspecify.annotations.NullMarked;
