package dev.lockstep.client;

import dev.lockstep.topology.ReplicationInfo;
import dev.lockstep.topology.Role;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The traffic on one connection to a primary that tells of changes: reads whose values are kept, each with its time to live,
 * and behind each batch a statement of where the primary stands.
 *
 * <p>Confined to the link's event loop but for {@link #beat} and {@link #end}.
 */
final class TrackedTenure implements NodeLink.Traffic {

    private static final Logger log = LoggerFactory.getLogger(TrackedTenure.class);

    /** What PTTL says of a key that does not expire. */
    private static final long FOR_EVER = -1;
    /** What it says of a key that does not exist. */
    private static final long NO_KEY = -2;

    private static final long UNKNOWN = -3;

    private final TrackedLane lane;
    private final ShardRoute shard;
    private final Trackers trackers;
    private final Tracking tracking;
    private final ArrayDeque<Batch> batches = new ArrayDeque<>();
    private volatile boolean beating;

    /** Reads that were written together, and the statement behind them. */
    private final class Batch implements Attempt.Own {

        final Era era = tracking.era();
        final List<Read> reads = new ArrayList<>();

        @Override
        public void answered(Attempt statement, NodeLink link) {
            batches.remove(this);
            ReplicationInfo info = PrimaryTenure.read(statement);
            if (info == null) {
                lane.unusable(link, "it does not tell where it stands: " + statement.error());
                reads.forEach(Read::elsewhere);
            } else {
                judge(this, info, statement.sentAt, link);
            }
        }

        /** Its reads are given back with the connection. */
        @Override
        public void lost() {}
    }

    /** One read, with the question for how long its value will live behind it. */
    private final class Read implements Attempt.Own {

        final Attempt attempt;
        final Call call;
        final long askedAt;
        final int moves;
        private boolean answered;
        private boolean gone;
        private long ttlMillis = UNKNOWN;

        Read(Attempt attempt, Call call, long askedAt) {
            this.attempt = attempt;
            this.call = call;
            this.askedAt = askedAt;
            this.moves = shard.moves(call.slot);
        }

        /** The second question. The first one has been answered before. */
        @Override
        public void answered(Attempt ttl, NodeLink link) {
            @Nullable Object millis = ttl.getOutput().get();
            answered = true;
            String error = ttl.error();
            if (error != null && error.startsWith("NOPERM")) {
                lane.tell(link.address + " does not tell when keys expire (" + error + "): grant the user +pttl");
            } else if (millis instanceof Long number) {
                ttlMillis = number;
            }
        }

        @Override
        public void lost() {}

        /**
         * Whether the value may be kept. That a key does not exist may not where slots move: it may come to exist on the
         * other side while its slot is on the way, and nobody tells.
         */
        boolean mayBeKept() {
            boolean exists = ttlMillis >= FOR_EVER;
            boolean lacks = ttlMillis == NO_KEY && attempt.isBare() && !shard.slotsMove();
            return attempt.error() == null && (exists || lacks);
        }

        /** The call goes on as if nobody had wanted to keep its value. */
        void elsewhere() {
            if (!gone) {
                gone = true;
                lane.elsewhere(call);
            }
        }
    }

    TrackedTenure(TrackedLane lane, ShardRoute shard, Trackers trackers) {
        this.lane = lane;
        this.shard = shard;
        this.trackers = trackers;
        this.tracking = new Tracking(shard, trackers.statements());
    }

    /** Has the primary asked where it stands, unless it is being asked already. */
    void beat(NodeLink link) {
        beating = true;
        link.wake();
    }

    /** Nothing that came over the connection is believed any more. */
    void end() {
        if (tracking.end()) {
            trackers.lost();
        }
    }

    /** The server has told that keys have changed; null for all of them. */
    void changed(@Nullable List<ByteBuffer> keys) {
        try {
            if (keys != null) {
                keys.forEach(trackers::changed);
                return;
            }
        } catch (RuntimeException e) { // a bug, but nothing old must come of it
            log.error("What has changed could not be told on, so everything may have", e);
        }
        tracking.everythingChanged();
        trackers.lost();
    }

    @Override
    public void compose(List<Attempt> sending, NodeLink link, long now) {
        if (sending.isEmpty() && !(beating && batches.isEmpty())) {
            return;
        }
        beating = false;
        Batch batch = new Batch();
        List<Attempt> all = new ArrayList<>(2 * sending.size() + 1);
        for (Attempt attempt : sending) {
            all.add(attempt);
            if (attempt.call != null) {
                Read read = new Read(attempt, attempt.call, now);
                batch.reads.add(read);
                all.add(ttlAttempt(read, link));
            }
        }
        all.add(PrimaryTenure.infoAttempt(link, batch));
        sending.clear();
        sending.addAll(all);
        batches.add(batch);
    }

    private static Attempt ttlAttempt(Read read, NodeLink link) {
        ByteBuffer key = read.call.request.arguments().get(0);
        byte[] bytes = new byte[key.remaining()];
        key.get(bytes);
        return new Attempt(
                new Command<>(
                        CommandType.PTTL,
                        new IntegerOutput<>(ByteArrayCodec.INSTANCE),
                        new CommandArgs<>(ByteArrayCodec.INSTANCE).addKey(bytes)),
                link,
                read);
    }

    /** What a node answers that is not responsible, or not any more, does not count. */
    @Override
    public void replied(Attempt attempt, NodeLink link) {
        String error = attempt.error();
        if (shard.primary().isMisplaced(error) || shard.redirect(error, link.address) != null) {
            for (Batch batch : batches) {
                batch.reads.stream().filter(read -> read.attempt == attempt).forEach(Read::elsewhere);
            }
        }
    }

    private void judge(Batch batch, ReplicationInfo info, long askedAt, NodeLink link) {
        shard.learnt(link.address, info);
        Era.Statement statement = tracking.told(info, askedAt);
        boolean sound = statement != null && link.address.equals(shard.primary().address());
        for (Read read : batch.reads) {
            if (statement == null || !sound) {
                read.elsewhere();
            } else if (read.answered && !read.gone) {
                read.gone = true;
                deliver(batch, read, statement);
            }
        }
        if (info.role() != Role.PRIMARY) {
            lane.unusable(link, "it says that it is a replica");
        } else if (!sound) {
            shard.primary().sample(); // it may have a new history that calls do not know of yet
        }
    }

    private void deliver(Batch batch, Read read, Era.Statement statement) {
        Call call = read.call;
        Fill fill = call.fill;
        read.attempt.seen = statement.position();
        if (fill != null && read.mayBeKept()) {
            long until = fill.reader.until(read.askedAt, read.ttlMillis < 0 ? Long.MAX_VALUE : read.ttlMillis);
            fill.grant(new Warrant(
                    batch.era, until, call.slot, read.moves, call.bucket, fill.reader.terms(call.floor(shard))));
        }
        shard.stats().primaryReads.increment();
        shard.answer(read.attempt, call);
    }

    @Override
    public void silent(NodeLink link, long forNanos) {
        link.abandonAll();
        giveBack();
        lane.silent(link, forNanos);
    }

    private void giveBack() {
        List<Batch> open = List.copyOf(batches);
        batches.clear();
        open.forEach(batch -> batch.reads.forEach(Read::elsewhere));
    }

    @Override
    public void answering(NodeLink link) {
        lane.answering(link);
    }

    @Override
    public void lost(NodeLink link, List<Attempt> unanswered, List<Attempt> unsent) {
        lane.lost(link, this);
        giveBack();
        for (Attempt attempt : unsent) {
            if (attempt.call != null) {
                lane.elsewhere(attempt.call);
            }
        }
    }
}
