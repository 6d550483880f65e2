/**
 * Faults on a schedule, a workload, its history, and checkers that judge it: what a client keeps of its promises while
 * nodes die.
 *
 * <p>Starting points: {@link dev.lockstep.drill.Drill} runs one drill, {@link dev.lockstep.drill.Campaign} many in a
 * row, {@link dev.lockstep.drill.Report} draws what happened. The words are those of Jepsen: a <em>workload</em> calls
 * the client under test, a <em>schedule</em> of <em>faults</em> is done to the servers meanwhile, every call is kept in
 * a <em>history</em>, <em>checkers</em> are pure functions over that history, and their result is a <em>verdict</em>:
 * VALID, INVALID with evidence, or UNKNOWN where the drill did not see enough to say. Absent on purpose: checkers never
 * read a clock or talk to a server, and the client is reached only through its public API.
 */
@NullMarked
package dev.lockstep.drill;

import org.jspecify.annotations.NullMarked;
