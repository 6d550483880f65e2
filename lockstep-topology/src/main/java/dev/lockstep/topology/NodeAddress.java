package dev.lockstep.topology;

/**
 * The host and port under which clients reach one server process.
 *
 * @param host a name or an IP address, without brackets
 * @param port 1 to 65535
 */
public record NodeAddress(String host, int port) implements Comparable<NodeAddress> {

    public NodeAddress {
        if (host.isBlank()) {
            throw new IllegalArgumentException("The host of a node address is empty; expected a name or an IP address");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("Port " + port + " of host " + host + " is outside of 1 to 65535");
        }
    }

    @Override
    public int compareTo(NodeAddress other) {
        int byHost = host.compareTo(other.host);
        return byHost != 0 ? byHost : Integer.compare(port, other.port);
    }

    /** {@code host:port}, with an IPv6 host in brackets. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
