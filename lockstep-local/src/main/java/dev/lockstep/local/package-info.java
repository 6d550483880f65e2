/**
 * Real redis-server processes as a test double: one server, a Sentinel group or a cluster on 127.0.0.1, and the faults to try on it.
 *
 * <p>Starting point: {@link dev.lockstep.local.LocalRedis}, the plan; its {@code start} returns a
 * {@link dev.lockstep.local.LocalDeployment}, whose {@link dev.lockstep.local.LocalServer servers} can be killed, frozen
 * and started again, and whose {@link dev.lockstep.local.Link links} can be cut and slowed. {@link dev.lockstep.local.SlotMove} reshards a cluster.
 * {@link dev.lockstep.local.LocalRedisExtension} runs one for the tests of a class.
 *
 * <p>Promise: a deployment that has started is complete (replicas in sync, every Sentinel
 * sees all, every node of a cluster calls it whole). Whatever ends this
 * JVM, no server and no temporary folder is left 5 seconds later. Passwords are in files that only their owner can read,
 * and nowhere else. The mechanism is described at {@code Guardian}; how a server knows its callers, so that the link
 * between two of them can fail, at {@code Network}.
 *
 * <p>Not promised: data that survives a power cut, service to other machines, a system that is not POSIX,
 * links on anything but Linux.
 */
@NullMarked
package dev.lockstep.local;

import org.jspecify.annotations.NullMarked;
