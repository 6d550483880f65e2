package dev.lockstep.local;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The wire between two servers, or between the application and a server: everything that either opened to the other.
 *
 * <p>Faults act on connections that are open and on those still to come. Thread-safe.
 */
public final class Link {
    private final String name;
    private final Runnable onChange;
    private final LinkFaults faults = new LinkFaults();
    private final List<LinkConnection> connections = new CopyOnWriteArrayList<>();

    Link(String name, Runnable onChange) {
        this.name = name;
        this.onChange = onChange;
    }

    /**
     * Holds every byte in both directions, and the end of a connection too. Sockets stay open; new connections are
     * accepted, but carry nothing. What is held arrives after {@link #heal}.
     */
    public void cut() {
        faults.hold(true, true);
        onChange.run();
    }

    /** Lets every byte arrive this much later than it would, in each direction; zero for no delay. */
    public void slow(Duration delay) {
        faults.delay(delay);
        onChange.run();
    }

    /** Ends {@link #cut} and {@link #slow}. Faults of a single connection stay. */
    public void heal() {
        faults.hold(false, false);
        faults.delay(Duration.ZERO);
        onChange.run();
    }

    /** The open connections, in the order in which they were accepted. */
    public List<LinkConnection> connections() {
        return List.copyOf(connections);
    }

    LinkFaults faults() {
        return faults;
    }

    void opened(LinkConnection connection) {
        connections.add(connection);
    }

    void closed(LinkConnection connection) {
        connections.remove(connection);
    }

    /** The names of its ends, such as "app - node-1". */
    @Override
    public String toString() {
        return name;
    }
}
