package dev.lockstep.sync;

import dev.lockstep.topology.NodeAddress;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A source shard, received: what makes itself a replica of one of its nodes at a time and drains all it sends to a
 * {@link Spool}, from start to {@link #close}. See {@link SourceState} for how it gets on.
 *
 * <p>All happens on one event loop, which nothing else should share that takes time.
 */
final class PsyncSource implements AutoCloseable {
    /* To the server we are a replica, and it has uses for replicas that we must not be put to. It counts those that
     * acknowledge for WAIT; FAILOVER hands over to one that has acknowledged all. Neither must be us: what we have is no
     * copy that could be read or promoted. (A primary that was told to FAILOVER while we acknowledged its offset became a
     * replica of port 0 and took no more writes until it was aborted by hand.) So a primary is told with every
     * acknowledgement that we are alive and hold nothing. It costs this: a primary that is shut down in order waits for its
     * replicas for shutdown-timeout, 10 s, unless it is told not to. A replica that we read from is told the truth, because
     * there is neither WAIT nor FAILOVER, and its shutdown waits a second at most; when it is promoted, it drops us. Who may
     * not ask for a node's role is taken to read from a primary. min-replicas-to-write counts whoever acknowledges,
     * wherever; nothing can be done about that, except by reading from a replica.
     *
     * REPLCONF GETACK in the stream is not answered: it stands for somebody's WAIT.
     *
     * INFO of the server lists us with the port that we announce. With none it says 0, which clients that look for replicas
     * there skip or fail to reach. Sentinel does list port 0 as a replica: one that is down and never promoted, but for
     * good, until SENTINEL RESET. A port that cannot exist it leaves out. So that is what a Sentinel group is told, whose
     * clients ask sentinels; others are told nothing, because some clients fail to read such a port in INFO.
     *
     * What has arrived is written to the spool before anything else is read, so the server's buffer for us holds what is on
     * its way. When the spool cannot take it, we hang up: see Spool. A snapshot that it cannot take ends the source for
     * good, because each attempt costs the server a fork. */

    private static final String NO_PORT = "65536";
    private static final int FIRST_ACKNOWLEDGEMENTS = 20;
    private static final int FIRST_ACKNOWLEDGEMENT_MILLIS = 50;
    private static final int DOUBTFUL_TICKS = 2;

    /** Which node is to be connected to, and what is known of it otherwise. Asked on the event loop; must not block. */
    @FunctionalInterface
    interface Nodes {
        /** Whom to connect to next, preferably a replica; null if nobody is known just now. */
        @Nullable
        NodeAddress get();

        /** Whether a node answers others. */
        default boolean answers(NodeAddress node) {
            return true;
        }
    }

    private final LinkOpener opener;
    private final EventLoop loop;
    private final Nodes nodes;
    private final Spool spool;
    private final SourceSettings settings;
    private final SourceListener listener;

    private volatile SourceState state = new SourceState.Connecting(0, "");

    // Confined to the event loop.
    private @Nullable Tenure tenure;
    private int failures;

    /**
     * @param loop on which all happens
     * @param nodes asked before each attempt
     */
    PsyncSource(
            LinkOpener opener,
            EventLoop loop,
            Nodes nodes,
            Spool spool,
            SourceSettings settings,
            SourceListener listener) {
        this.opener = opener;
        this.loop = loop;
        this.nodes = nodes;
        this.spool = spool;
        this.settings = settings;
        this.listener = listener;
    }

    /** Begins, where the spool's current generation ends, or with a full copy if there is none. To be called once. */
    void start() {
        loop.execute(this::connect);
    }

    SourceState state() {
        return state;
    }

    /** Leaves the node that it is connected to, and asks for another one. */
    void reconnect(String why) {
        loop.execute(() -> {
            Tenure present = tenure;
            if (present != null) {
                present.lost(why);
            }
        });
    }

    /** Ends it. Returns when nothing is written to the spool any more. */
    @Override
    public void close() {
        if (loop.inEventLoop()) {
            stop("it was closed");
            return;
        }
        try {
            Future<?> done = loop.submit(() -> stop("it was closed"));
            done.awaitUninterruptibly();
        } catch (RejectedExecutionException shutDown) {
            state = new SourceState.Stopped("its event loop was shut down");
        }
    }

    private void stop(String why) {
        if (state instanceof SourceState.Stopped) {
            return;
        }
        leave(why);
        state = new SourceState.Stopped(why);
        listener.stopped(why);
    }

    /** Lets go of the connection, if there is one, and of a snapshot that will not arrive by it. */
    private void leave(String why) {
        Tenure present = tenure;
        tenure = null;
        if (present != null) {
            present.end(why);
        }
    }

    private void connect() {
        if (state instanceof SourceState.Stopped) {
            return;
        }
        if (state instanceof SourceState.Waiting waiting) {
            state = new SourceState.Connecting(failures + 1, waiting.why());
        }
        NodeAddress node;
        try {
            node = nodes.get();
        } catch (RuntimeException e) {
            again("nobody can tell which node to connect to: " + Link.causes(e));
            return;
        }
        if (node == null) {
            again("no node of the shard is known to be reachable");
            return;
        }
        Tenure next = new Tenure(node);
        tenure = next;
        opener.open(loop, node, settings.name(), next).whenComplete((link, failure) -> {
            if (failure != null) {
                next.refused(Link.causes(failure));
            } else {
                next.opened(link);
            }
        });
    }

    private void again(String last) {
        state = new SourceState.Connecting(failures + 1, last);
        long delay = settings.lastDelay().toNanos();
        if (failures < 20) {
            delay = Math.min(delay, settings.firstDelay().toNanos() << failures);
        }
        failures++;
        loop.schedule(this::connect, delay, TimeUnit.NANOSECONDS);
    }

    private void await(String why, boolean full) {
        state = new SourceState.Waiting(why);
        if (full) {
            loop.schedule(this::lookForRoom, settings.acknowledge().toNanos(), TimeUnit.NANOSECONDS);
        } else {
            loop.schedule(this::connect, settings.lastDelay().toNanos(), TimeUnit.NANOSECONDS);
        }
        listener.waiting(why);
    }

    private void lookForRoom() {
        if (spool.hasRoom() || state instanceof SourceState.Stopped) {
            connect();
        } else {
            loop.schedule(this::lookForRoom, settings.acknowledge().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** One connection to one node, from the attempt to make it to its end. Nothing it is told after that counts. */
    private final class Tenure implements Link.Fate, PsyncDecoder.Intake {

        private final NodeAddress node;
        private final PsyncDecoder decoder = new PsyncDecoder(this);
        private @Nullable Link link;
        private @Nullable Generation generation;
        private boolean copying;
        private boolean streaming;
        private boolean ofReplica;
        private boolean heard;
        private int silentTicks;

        Tenure(NodeAddress node) {
            this.node = node;
        }

        private boolean isOver() {
            return tenure != this;
        }

        void opened(Link made) {
            link = made;
            if (isOver()) {
                made.close();
                return;
            }
            tick();
            ask(Words.of("PING"), () -> {
                if (settings.hideFromSentinel()) {
                    ask(Words.of("REPLCONF", "listening-port", NO_PORT), this::capabilities);
                } else {
                    capabilities();
                }
            });
        }

        private void capabilities() {
            ask(
                    Words.of("REPLCONF", "capa", "eof", "capa", "psync2"),
                    () -> link().ask(Words.of("ROLE"), reply -> {
                        ofReplica = reply instanceof Reply.Many role
                                && !role.elements().isEmpty()
                                && role.elements().get(0) instanceof Reply.Bulk word
                                && new String(word.bytes(), StandardCharsets.US_ASCII).equals("slave");
                        psync();
                    }));
        }

        private void ask(Words command, Runnable then) {
            link().ask(command, reply -> {
                heard = true;
                if (reply instanceof Reply.Failure failure) {
                    refused(failure.text());
                } else if (!isOver()) {
                    then.run();
                }
            });
        }

        private Link link() {
            Link made = link;
            if (made == null) {
                throw new IllegalStateException("Not connected");
            }
            return made;
        }

        private void psync() {
            if (isOver()) {
                return;
            }
            Generation current = spool.current();
            Words command = Words.of("PSYNC", "?", "-1");
            if (current != null && current.canContinue()) {
                generation = current;
                command = Words.of("PSYNC", current.history(), Long.toString(current.end() + 1));
            }
            link().stream(command, this::received);
        }

        private void received(ByteBuf bytes) {
            if (isOver()) {
                return;
            }
            heard = true;
            try {
                decoder.feed(bytes);
            } catch (IOException e) {
                boolean full = e instanceof SpoolFullException;
                String why = full ? String.valueOf(e.getMessage()) : "the spool cannot be written: " + e;
                if (copying) {
                    stop("The full copy from " + node + " was given up: " + why);
                } else {
                    leave(why);
                    await("Nothing is received from " + node + ": " + why, full);
                }
            }
        }

        @Override
        public void copyBegins(String history, long offset) throws IOException {
            Generation before = generation;
            String why = before == null
                    ? "the spool had nothing to continue"
                    : node + " could not continue " + before + " and offered " + history.substring(0, 8) + "@" + offset;
            copying = true;
            Generation begun = spool.beginCopy(history, offset);
            generation = begun;
            state = new SourceState.Copying(node, begun);
            listener.copyBegan(begun, node, why);
        }

        private Generation generation() {
            Generation present = generation;
            if (present == null) {
                throw new SyncException(node + " answered +CONTINUE where nothing was to be continued");
            }
            return present;
        }

        private SnapshotFile snapshot() {
            SnapshotFile file = generation().snapshot();
            if (file == null) {
                throw new IllegalStateException("The snapshot was let go of while it arrived");
            }
            return file;
        }

        @Override
        public void snapshotBegins(long length) throws IOException {
            if (length >= 0) {
                snapshot().expect(length);
            }
        }

        @Override
        public void snapshot(ByteBuf bytes) throws IOException {
            snapshot().append(bytes);
        }

        @Override
        public void snapshotEnds() {
            Generation present = generation();
            present.snapshotComplete();
            stream(present);
            listener.snapshotArrived(present);
        }

        @Override
        public void continued(String history) throws IOException {
            Generation present = generation();
            if (!history.isEmpty()) {
                present.continuedAs(history);
            }
            stream(present);
            listener.continued(present, node);
        }

        private void stream(Generation present) {
            copying = false;
            streaming = true;
            state = new SourceState.Streaming(node, present);
            beginStream(FIRST_ACKNOWLEDGEMENTS);
        }

        /**
         * After a snapshot without a known length the server keeps the stream back until it hears of us, and it does not
         * hear what comes before it has noticed that its child has ended.
         */
        private void beginStream(int times) {
            if (isOver() || times == 0) {
                return;
            }
            acknowledge(generation());
            loop.schedule(() -> beginStream(times - 1), FIRST_ACKNOWLEDGEMENT_MILLIS, TimeUnit.MILLISECONDS);
        }

        private void acknowledge(Generation present) {
            String held = ofReplica ? Long.toString(present.end()) : "0";
            ByteBuf request = link().buffer(64);
            Words.of("REPLCONF", "ACK", held).writeTo(request);
            link().send(request, 0, reply -> {});
        }

        @Override
        public void stream(ByteBuf bytes) throws IOException {
            generation().append(bytes);
        }

        private void tick() {
            if (isOver()) {
                return;
            }
            silentTicks = heard ? 0 : silentTicks + 1;
            heard = false;
            if (settings.acknowledge().multipliedBy(silentTicks).compareTo(settings.silence()) >= 0) {
                lost(node + " has sent nothing for " + settings.silence().toMillis() + " ms");
                return;
            }
            // One that stands still closes no connection, and may have nothing to say for repl-ping-replica-period, 10
            // s.
            if (silentTicks >= DOUBTFUL_TICKS && !nodes.answers(node)) {
                lost(node + " has sent nothing for "
                        + settings.acknowledge().multipliedBy(silentTicks).toMillis() + " ms, and answers nobody else");
                return;
            }
            if (streaming) {
                failures = 0;
                acknowledge(generation());
            }
            loop.schedule(this::tick, settings.acknowledge().toNanos(), TimeUnit.NANOSECONDS);
        }

        @Override
        public void refused(String answer) {
            if (isOver()) {
                return;
            }
            String why = Refusals.explain(node, answer);
            leave(why);
            again(why);
            listener.refused(why);
        }

        @Override
        public void lost(String why) {
            if (isOver()) {
                return;
            }
            boolean late = streaming || copying;
            String text = node + ": " + why;
            leave(text);
            again(text);
            if (late) {
                listener.disconnected(text);
            } else {
                listener.refused(text);
            }
        }

        /** Ends the connection. A snapshot of which a part is there is of no use: no server can continue it. */
        void end(String why) {
            if (link != null) {
                link.close();
            }
            if (copying && generation != null && !generation.canContinue()) {
                spool.abandon(generation, why);
            }
        }
    }
}
