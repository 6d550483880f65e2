package dev.lockstep.client;

import dev.lockstep.topology.NodeAddress;

/**
 * A setting of a server with which it may tell that it holds data which it does not hold: then what Lockstep says about
 * lost writes may be wrong.
 *
 * @param node the server
 * @param name the setting, as the server's configuration has it
 * @param value what it is set to
 * @param consequence what it leads to and what to set instead, for people
 */
public record UnsafeSetting(NodeAddress node, String name, String value, String consequence) {

    @Override
    public String toString() {
        return node + " has " + name + " " + value + ": " + consequence;
    }
}
