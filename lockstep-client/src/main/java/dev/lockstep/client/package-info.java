/** Scaffold. */
@NullMarked
package dev.lockstep.client;

import org.jspecify.annotations.NullMarked;
