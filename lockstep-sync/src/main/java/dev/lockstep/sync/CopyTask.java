package dev.lockstep.sync;

import dev.lockstep.topology.NodeAddress;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/** What the copies of all source shards into one target have in common. Thread-safe. */
final class CopyTask {

    private static final long UNANSWERED_BYTES = 4 << 20;

    private final Target target;
    private final Doors doors;
    private final Ownership ownership;
    private final Duration patience;
    private final Clocks clocks;
    private final Libraries libraries = new Libraries();
    private final Asked asked;
    private volatile TargetFacts facts = new TargetFacts(new TargetShape(false, 1), null, new HashKey(0, 0), () -> 0);

    /**
     * The time.
     *
     * @param nanos monotonic nanoseconds
     * @param millis milliseconds since 1970
     */
    record Clocks(LongSupplier nanos, LongSupplier millis) {}

    /** What is copied, and how fast at the most. */
    record Asked(Selection selection, Throttle throttle) {}

    /** Who connects to the target, and who drives the connections. */
    record Doors(LinkOpener opener, EventLoopGroup loops) {}

    CopyTask(Target target, Doors doors, Ownership ownership, Duration patience, Clocks clocks, Asked asked) {
        this.asked = asked;
        this.target = target;
        this.doors = doors;
        this.ownership = ownership;
        this.patience = patience;
        this.clocks = clocks;
    }

    void learnt(TargetFacts found) {
        facts = found;
    }

    /** Connects to all primaries of the target. */
    Outlets connect() throws Setback, InterruptedException {
        return Outlets.open(this);
    }

    /** Connects to the node that keeps the target's records, before anybody owns it. */
    Outlet connectToRecords() throws Setback, InterruptedException {
        return Outlets.open(target.owners().get(0), this);
    }

    /** An outlet that is not connected yet. */
    Outlet outlet(NodeAddress node) {
        return new Outlet(node, UNANSWERED_BYTES, clocks.nanos(), patience, asked.throttle());
    }

    CompletableFuture<Link> open(Outlet outlet, String name) {
        return doors.opener().open(doors.loops(), outlet.node(), name, outlet);
    }

    Planner planner() {
        return new Planner(facts.shape(), targetFormat(), asked.selection(), clocks.millis());
    }

    RdbFormat targetFormat() {
        RdbFormat format = facts.format();
        if (format == null) {
            throw new IllegalStateException("Nothing is known of the target yet");
        }
        return format;
    }

    int databases() {
        return facts.shape().databases();
    }

    /** A number like no other. */
    long newGeneration() {
        return facts.random().getAsLong();
    }

    /** For the keys of a snapshot. */
    KeyHashes noKeys() {
        return new KeyHashes(
                facts.hashKey(), KeyHashes.most(Runtime.getRuntime().maxMemory()));
    }

    Libraries libraries() {
        return libraries;
    }

    /** No key, of those that are met on the way. */
    KeyHashes noneMet() {
        return new KeyHashes(facts.hashKey());
    }

    Selection selection() {
        return asked.selection();
    }

    Target target() {
        return target;
    }

    Ownership ownership() {
        return ownership;
    }

    Duration patience() {
        return patience;
    }

    long now() {
        return clocks.nanos().getAsLong();
    }
}
