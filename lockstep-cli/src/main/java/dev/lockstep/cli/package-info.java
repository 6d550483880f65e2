/**
 * The {@code lockstep} command: reads options, calls one entry point of another module, prints what it returned.
 *
 * <p>Starting point: {@link dev.lockstep.cli.Main}. One class for each command, one {@code Output} for what they print,
 * one {@code ExitCode} for how they end, one {@code Failures} for what they say when they cannot. Only this package knows
 * picocli, and it decides nothing of the deployment itself.
 */
@NullMarked
package dev.lockstep.cli;

import org.jspecify.annotations.NullMarked;
