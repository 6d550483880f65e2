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

    /**
     * Reads {@code host:port}, with an IPv6 host in brackets.
     *
     * @throws IllegalArgumentException if it is none, with what was expected
     */
    public static NodeAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (host.isBlank()
                || (!bracketed && host.indexOf(':') >= 0)
                || !text.substring(colon + 1).matches("\\d{1,5}")) {
            throw new IllegalArgumentException("'" + text
                    + "' is no address of a server; expected host:port such as 127.0.0.1:6379 or [::1]:6379");
        }
        return new NodeAddress(
                bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(text.substring(colon + 1)));
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
