/** Benchmarks of the client beside its peers, each a whole process that a reader can run. Not published. */
@NullMarked
package dev.lockstep.bench;

import org.jspecify.annotations.NullMarked;
