package dev.lockstep.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A port of 127.0.0.1 that stays ours while its server is down.
 *
 * <p>A killed node must be able to come back on its port, and until then nobody else may answer there: a Sentinel of
 * this deployment would take a stranger for its node. So on Linux a socket that is bound but never listens stays on the
 * port. It refuses callers, it lets a server that sets SO_REUSEADDR (as redis-server does) listen beside it, and it makes
 * the port look taken to every other search for a free one. Free ports are taken from below the range from which
 * operating systems pick the ports of outgoing connections.
 */
final class PortLease implements AutoCloseable {
    private static final int LOWEST = 16_384;
    private static final int HIGHEST = 32_767;
    private static final int TRIES = 200;
    private static final boolean LINUX = System.getProperty("os.name").startsWith("Linux");

    private final int port;
    private final Socket holder;

    private PortLease(int port, Socket holder) {
        this.port = port;
        this.holder = holder;
    }

    static InetSocketAddress loopback(int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // four bytes are always an address
        }
    }

    static PortLease any() {
        IOException last = new IOException("no port tried");
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST + 1);
            try {
                return lease(port, false);
            } catch (IOException e) {
                last = e;
            }
        }
        throw new LocalRedisException(
                "No free port between " + LOWEST + " and " + HIGHEST + " on 127.0.0.1 in " + TRIES + " tries", last);
    }

    static PortLease of(int port) {
        try {
            return lease(port, true);
        } catch (IOException e) {
            throw new LocalRedisException(
                    "Port " + port + " of 127.0.0.1 is in use (" + e.getMessage()
                            + "). Stop the program that listens there, or choose another port.",
                    e);
        }
    }

    private static PortLease lease(int port, boolean besideClosedConnections) throws IOException {
        Socket holder = new Socket();
        try {
            holder.setReuseAddress(besideClosedConnections);
            holder.bind(loopback(port));
            holder.setReuseAddress(true);
        } catch (IOException e) {
            holder.close();
            throw e;
        }
        if (!LINUX) {
            holder.close(); // elsewhere nobody could listen beside it
        }
        return new PortLease(port, holder);
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        try {
            holder.close();
        } catch (IOException e) {
            throw new LocalRedisException("Cannot release port " + port, e);
        }
    }
}
