package dev.lockstep.sync;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Who may write to a target as its copy: one process at a time, by a lease in the target itself. Thread-safe.
 *
 * <p>After a crash its successor takes over when the lease ends.
 */
final class Ownership {
    /* A lease alone is not enough: a process that stood still for a while does not know that its lease is over, and what it
     * has sent may still be on its way. So whoever takes over has all connections of its predecessors cut, at the server, on
     * each node before it writes there; their names say who they are. And whoever makes a connection looks, after he has
     * named it, whether he is still the owner. Either his name is there when the new owner looks for such, or he looks after
     * the new owner has come, and finds out.
     *
     * The lease is renewed while the process lives. Where it is kept, in slot 0 of the target, a failover may lose the latest
     * renewal, or the latest owner. The one that was lost finds somebody else's name there, or a later epoch, and stops.
     *
     * If even the epoch is gone, the target was emptied. Whoever was its owner may take it again: of two only one can. But a
     * deployment can also lead to another server than before, whose data is nobody's to remove; so that has to be empty too. */

    static final String KEY = Checkpoint.PREFIX + "{" + SlotTags.of(0) + "}:owner";
    static final String EPOCHS = Checkpoint.PREFIX + "{" + SlotTags.of(0) + "}:epoch";
    private static final String NAME = "lockstep-sync-";
    private static final long LEASE_MILLIS = 10_000;
    private static final long LOOK_AGAIN_NANOS = 200_000_000;

    private final String owner;
    private final String run;
    private volatile long epoch;
    private volatile String server = "";
    /** Why it is the owner no more. */
    private volatile @Nullable String lost;

    /**
     * @param owner who this process is, for people
     * @param run a word like no other
     */
    Ownership(String owner, String run) {
        this.owner = owner + " (run " + run + ")";
        this.run = run;
    }

    /** How the connections that write are named. */
    String connectionName() {
        return NAME + epoch + "-" + run;
    }

    /**
     * Becomes the owner; waits for the end of a lease that nobody prolongs.
     *
     * @throws SyncException if somebody else is the owner, and alive, with its name
     */
    void acquire(Replies node) throws Setback, InterruptedException {
        long left = Long.MAX_VALUE;
        while (!(node.ask(Words.of("SET", KEY, owner, "NX", "PX", Long.toString(LEASE_MILLIS)))
                instanceof Reply.Status)) {
            String other = Replies.text(node.ask(Words.of("GET", KEY)));
            long now = node.ask(Words.of("PTTL", KEY)) instanceof Reply.Count number ? number.value() : 0;
            if (now > left || now > LEASE_MILLIS) {
                throw new SyncException("Another process keeps this target: " + other + ". Stop that one first");
            }
            left = now;
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        epoch = node.ask(Words.of("INCR", EPOCHS)) instanceof Reply.Count number ? number.value() : 0;
        server = serverRun(node);
    }

    /** Prolongs the lease, to be called every second or two. */
    void renew(Replies node) throws Setback, InterruptedException {
        String now = Replies.text(node.ask(Words.of("GET", KEY)));
        if (now == null && mayReturn(node)) {
            node.ask(Words.of("SET", KEY, owner, "NX", "PX", Long.toString(LEASE_MILLIS)));
            now = Replies.text(node.ask(Words.of("GET", KEY)));
            if (owner.equals(now)) {
                node.ask(Words.of("SET", EPOCHS, Long.toString(epoch), "NX"));
            }
        }
        if (!owner.equals(now)) {
            lost = "This process keeps the target no more: " + (now == null ? "a later one" : now)
                    + " does, since this one stood still, or was cut off, for longer than its lease";
            check();
        }
        node.ask(Words.of("PEXPIRE", KEY, Long.toString(LEASE_MILLIS)));
    }

    /**
     * Whether the lease only ended while nobody could be asked, and nobody came; or the target was emptied.
     *
     * @throws SyncException if this is another server, with data of its own: it is not the one that was to be written to
     */
    private boolean mayReturn(Replies node) throws Setback, InterruptedException {
        String latest = Replies.text(node.ask(Words.of("GET", EPOCHS)));
        if (latest != null) {
            return latest.equals(Long.toString(epoch));
        }
        boolean empty = !String.valueOf(Replies.text(node.ask(Words.of("INFO", "keyspace"))))
                .contains("keys=");
        if (!empty && !serverRun(node).equals(server)) {
            lost = node + " does not know of this copy, and holds other data; expected the server that was copied"
                    + " to so far. If it is to be overwritten, start again";
            check();
        }
        return true;
    }

    private static String serverRun(Replies node) throws Setback, InterruptedException {
        return String.valueOf(Replies.text(node.ask(Words.of("INFO", "server"))))
                .lines()
                .filter(line -> line.startsWith("run_id:"))
                .findFirst()
                .orElse("unknown");
    }

    /** Cuts what former owners have left at a node. */
    void expelOthers(Replies node) throws Setback, InterruptedException {
        String list = Replies.text(node.ask(Words.of("CLIENT", "LIST", "TYPE", "NORMAL")));
        for (String line : String.valueOf(list).split("\n", -1)) {
            String name = field(line, "name=");
            String id = field(line, "id=");
            if (name != null && id != null && name.startsWith(NAME) && !name.equals(connectionName())) {
                node.send(Words.of("CLIENT", "KILL", "ID", id)); // it may be gone already
            }
        }
        node.ask(Words.of("PING"));
    }

    private static @Nullable String field(String line, String name) {
        for (String word : line.split(" ", -1)) {
            if (word.startsWith(name)) {
                return word.substring(name.length());
            }
        }
        return null;
    }

    /** @throws SyncException if somebody else is the owner, or the target is not the one it was */
    void check() {
        String why = lost;
        if (why != null) {
            throw new SyncException(why);
        }
    }

    /** What makes it this process's again in a database that is emptied in the same transaction. */
    List<Words> claim() {
        return List.of(
                Words.of("SET", KEY, owner, "PX", Long.toString(LEASE_MILLIS)),
                Words.of("SET", EPOCHS, Long.toString(epoch)));
    }

    /** Lets go of it, so that a successor need not wait. */
    void release(Replies node) throws Setback, InterruptedException {
        if (owner.equals(Replies.text(node.ask(Words.of("GET", KEY))))) {
            node.ask(Words.of("DEL", KEY));
        }
    }
}
