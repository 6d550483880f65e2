package dev.lockstep.local;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The proxies before the servers of one deployment, and the links between everybody.
 *
 * <p>A proxy can hold the bytes between two servers only if it knows who calls. So every server opens its connections
 * from a loopback address of its own ({@code bind-source-addr 127.0.x.y}); whoever calls from another address is the
 * application. Linux only: elsewhere the system has just 127.0.0.1.
 */
final class Network implements AutoCloseable {
    static final String APPLICATION = "app";

    private final Map<String, String> namesByAddress = new ConcurrentHashMap<>();
    private final Map<String, Link> links = new ConcurrentHashMap<>();
    private final List<NodeProxy> proxies = new CopyOnWriteArrayList<>();

    /** The address from which the server of this name calls others. */
    synchronized String sourceAddress(String server) {
        int number = namesByAddress.size() + 1;
        String address = "127.0." + (1 + number / 250) + "." + (1 + number % 250);
        namesByAddress.put(address, server);
        return address;
    }

    /** A proxy before one port of a server; its thread is named after the port's purpose. */
    NodeProxy proxy(String thread, String server, int port, int target) {
        try {
            NodeProxy proxy = new NodeProxy(thread, port, target, caller -> linkOf(server, caller));
            proxies.add(proxy);
            return proxy;
        } catch (IOException e) {
            throw new LocalRedisException("Cannot make a proxy for " + server, e);
        }
    }

    private Link linkOf(String server, InetAddress caller) {
        return link(namesByAddress.getOrDefault(caller.getHostAddress(), APPLICATION), server);
    }

    /** The link between two names, in whichever order. */
    Link link(String one, String other) {
        String name = one.compareTo(other) < 0 ? one + " - " + other : other + " - " + one;
        return links.computeIfAbsent(name, n -> new Link(n, () -> proxies.forEach(NodeProxy::faultsChanged)));
    }

    @Override
    public void close() {
        proxies.forEach(NodeProxy::close);
    }
}
