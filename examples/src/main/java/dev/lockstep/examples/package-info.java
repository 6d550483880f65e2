/** The code that the README shows, one class for each piece. What stands between the marks is quoted there. */
@NullMarked
package dev.lockstep.examples;

import org.jspecify.annotations.NullMarked;
