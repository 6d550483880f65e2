package dev.lockstep.bench;

import java.util.function.IntFunction;

/**
 * A client under test.
 *
 * @param name as the tables say it
 * @param calls begins the calls of one thread, of which so many are in flight at most
 */
record Contender(String name, IntFunction<Calls> calls) {}
