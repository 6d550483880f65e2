/**
 * A copy of a deployment's values inside the JVM, bounded in size and age, and never older than its view promises.
 *
 * <p>Starting point: {@link dev.lockstep.nearcache.NearCache}. This module decides how much is kept; whether what is kept may
 * still be returned is decided in lockstep-client ({@link dev.lockstep.client.TrackedReads}), beside the other promises.
 */
@NullMarked
package dev.lockstep.nearcache;

import org.jspecify.annotations.NullMarked;
