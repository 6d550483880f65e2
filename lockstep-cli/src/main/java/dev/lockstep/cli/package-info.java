/** Scaffold. */
@NullMarked
package dev.lockstep.cli;

import org.jspecify.annotations.NullMarked;
