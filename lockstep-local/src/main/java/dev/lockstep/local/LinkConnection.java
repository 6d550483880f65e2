package dev.lockstep.local;

import java.time.Duration;

/** One open connection of a {@link Link}, for faults that hit it alone. Thread-safe. */
public final class LinkConnection {
    private final Link link;
    private final int callerPort;
    private final NodeProxy proxy;
    private final LinkFaults faults = new LinkFaults();
    private volatile boolean reset;

    LinkConnection(Link link, int callerPort, NodeProxy proxy) {
        this.link = link;
        this.callerPort = callerPort;
        this.proxy = proxy;
    }

    /** The local port of the side that opened the connection, by which that side can recognise it. */
    public int callerPort() {
        return callerPort;
    }

    /** Holds every byte in both directions until {@link #release}. */
    public void hold() {
        change(true, true);
    }

    /** Lets requests pass and holds replies: what was sent is done, and the caller does not learn it. */
    public void holdReplies() {
        change(false, true);
    }

    /** Lets every byte arrive this much later than it would, in each direction; zero for no delay. */
    public void slow(Duration delay) {
        faults.delay(delay);
        proxy.faultsChanged();
    }

    /** Ends {@link #hold}, {@link #holdReplies} and {@link #slow}. Faults of the whole link stay. */
    public void release() {
        faults.delay(Duration.ZERO);
        change(false, false);
    }

    /** Breaks the connection at once: both ends see a reset. */
    public void reset() {
        reset = true;
        proxy.faultsChanged();
    }

    private void change(boolean requests, boolean replies) {
        faults.hold(requests, replies);
        proxy.faultsChanged();
    }

    boolean isReset() {
        return reset;
    }

    boolean requestsHeld() {
        return faults.requestsHeld() || link.faults().requestsHeld();
    }

    boolean repliesHeld() {
        return faults.repliesHeld() || link.faults().repliesHeld();
    }

    long delayNanos() {
        return Math.max(faults.delayNanos(), link.faults().delayNanos());
    }

    Link link() {
        return link;
    }

    @Override
    public String toString() {
        return link + " from port " + callerPort;
    }
}
