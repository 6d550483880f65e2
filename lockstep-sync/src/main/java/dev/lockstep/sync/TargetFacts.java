package dev.lockstep.sync;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What does not change of a target while it is copied to.
 *
 * @param format in which it writes values itself; null before it was asked
 * @param hashKey for what is only compared within one run
 * @param random numbers that nobody can guess
 */
record TargetFacts(TargetShape shape, @Nullable RdbFormat format, HashKey hashKey, LongSupplier random) {}
