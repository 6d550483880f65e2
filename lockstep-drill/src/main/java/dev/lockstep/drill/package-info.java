/** Scaffold. */
@NullMarked
package dev.lockstep.drill;

import org.jspecify.annotations.NullMarked;
