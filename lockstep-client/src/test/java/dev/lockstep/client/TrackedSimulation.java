package dev.lockstep.client;

import dev.lockstep.topology.HistoryGraph;
import dev.lockstep.topology.Position;
import dev.lockstep.topology.ReplicationInfo;
import dev.lockstep.topology.Role;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A primary, its successors, a connection and a reader who keeps values, moved on by a seed, one event at a time.
 *
 * <p>Every message waits in its queue until an event carries it on, so fills, news, statements and lookups meet in every
 * order. After each hit the invariants are checked against what the servers acknowledged; the first one that is broken is the
 * result. What is under test is real: {@link Shelf}, {@link Tracked}, {@link Tracking}, {@link Era}, {@link Lineage}.
 */
final class TrackedSimulation implements Era.Ground {

    static final long LEASE = 100;
    private static final int KEYS = 4;
    private static final int NONE = 0;

    /** What a broken implementation would do. */
    enum Bug {
        NO_BUG,
        IGNORES_THE_LEASE,
        IGNORES_THE_PLACE,
        IGNORES_THE_SESSION,
        IGNORES_THE_ORDER_OF_LOOKUPS,
        IGNORES_THE_TIME_TO_LIVE,
        IGNORES_MOVES,
        IGNORES_THE_NEWS_OF_EVERYTHING
    }

    private static final class Server {
        final String history;
        final List<long[]> log = new ArrayList<>(); // offset, key, version, expiry
        final int[] versions = new int[KEYS];
        final long[] expiries = new long[KEYS];
        final Set<Integer> tracked = new HashSet<>();
        long offset;
        boolean frozen;
        boolean demoted;

        Server(String history, long offset) {
            this.history = history;
            this.offset = offset;
            java.util.Arrays.fill(expiries, Long.MAX_VALUE);
        }

        void apply(int key, int version, long expiry) {
            offset += 10;
            versions[key] = version;
            expiries[key] = expiry;
            log.add(new long[] {offset, key, version, expiry});
        }
    }

    private record Read(int key, Tracked<Integer> place, long askedAt, Era era, int moves, int[] answer, long[] ttl) {}

    /** A batch ends with the question where the primary stands. */
    private record Batch(List<Read> reads, long askedAt) {}

    private record Reply(Read read) {}

    private record News(int key) {}

    private record NewsOfEverything() {}

    private record Told(Batch batch, ReplicationInfo info) {}

    private record Arrival(Read read, @Nullable Tracked<Integer> value) {}

    private record Lookup(
            int key, long at, long number, @Nullable Tracked<Integer> found, int required, int acked) {}

    /** Acknowledged at a time; a reader without news of the server that took it can know of it only later. */
    private record Ack(int version, long at) {}

    private final Random random;
    private final Bug bug;
    private final HistoryGraph histories = new HistoryGraph();
    private final AtomicLong statements = new AtomicLong();
    private final ConcurrentHashMap<Object, Tracked<Integer>> kept = new ConcurrentHashMap<>();
    private final Shelf<Integer> shelf = new Shelf<>(kept, statements);
    private final List<List<Ack>> acks = new ArrayList<>();
    private final Map<Integer, Long> expiryOf = new HashMap<>();
    private final Set<Integer> lost = new HashSet<>();

    private long now = 1;
    private int versions;
    private int failovers;
    private Server primary = new Server("history-0", 0);

    // The client
    private Server believed = primary;
    private Lineage lineage = new Lineage(primary.history, histories);
    private @Nullable Tracking tracking;
    private final Deque<Object> requests = new ArrayDeque<>();
    private final Deque<Object> replies = new ArrayDeque<>();
    private final List<Arrival> arrivals = new ArrayList<>();
    private final List<Lookup> lookups = new ArrayList<>();
    private boolean positionUnknown; // of the session's last write
    private @Nullable Position seenPosition;
    private final int[] required = new int[KEYS];

    // The slot of all keys
    private boolean away;
    private boolean knownAway;
    private final List<int[]> writtenAway = new ArrayList<>();
    private int moves;

    int hits;
    private @Nullable String broken;

    TrackedSimulation(long seed, Bug bug) {
        this.random = new Random(seed);
        this.bug = bug;
        for (int i = 0; i < KEYS; i++) {
            acks.add(new ArrayList<>());
        }
    }

    /** What was broken first; null if nothing was. */
    @Nullable
    String run(int events) {
        connect();
        for (int i = 0; i < events && broken == null; i++) {
            event();
        }
        return broken;
    }

    private void event() {
        int dice = random.nextInt(1000);
        int key = random.nextInt(KEYS);
        if (dice < 100) {
            now += random.nextInt(dice < 3 ? 3 * (int) LEASE : 6);
        } else if (dice < 120) {
            foreignWrite(key);
        } else if (dice < 130) {
            ownWrite(key);
        } else if (dice < 150) {
            positionBecomesKnown();
        } else if (dice < 190) {
            miss(key);
        } else if (dice < 210) {
            beat();
        } else if (dice < 370) {
            serverAnswers();
        } else if (dice < 610) {
            messageArrives();
        } else if (dice < 700) {
            valueArrives();
        } else if (dice < 820) {
            lookUp(key);
        } else if (dice < 955) {
            lookedUp();
        } else if (dice < 962) {
            kept.remove(key); // there is no room for it
        } else if (dice < 970) {
            expiryCycle();
        } else if (dice < 973) {
            connect();
        } else if (dice < 976) {
            emptied();
        } else if (dice < 980) {
            freezeOrThaw();
        } else if (dice < 982) {
            failover();
        } else if (dice < 984) {
            slotMoves();
        } else if (believed.frozen) {
            freezeOrThaw();
        } else if (away) {
            slotMoves();
        } else {
            clientLearnsOfFailover();
        }
    }

    // Ground

    @Override
    public @Nullable Lineage lineage() {
        return lineage;
    }

    @Override
    public boolean owns(int slot, int before) {
        return slot < 0 || (!knownAway && moves == before);
    }

    private boolean isCovered(Position position, Lineage in) {
        return !positionUnknown && (seenPosition == null || in.reaches(position, seenPosition));
    }

    // Servers

    private void foreignWrite(int key) {
        if (!primary.frozen) {
            long ackedAt = write(key);
            acks.get(key).add(new Ack(versions, ackedAt));
            versions++;
        }
    }

    /** Returns from when on a reader may be expected to know of it. */
    private long write(int key) {
        versions++;
        long expiry = random.nextInt(4) == 0 ? now + 1 + random.nextInt(60) : Long.MAX_VALUE;
        expiryOf.put(versions, expiry);
        if (away) { // to the slot's other owner, which tells nobody
            writtenAway.add(new int[] {key, versions});
            expiryOf.put(versions, Long.MAX_VALUE);
            return knownAway ? now : Long.MAX_VALUE;
        }
        primary.apply(key, versions, expiry);
        tell(primary, key);
        return primary == believed || believed.frozen || believed.demoted ? now : Long.MAX_VALUE;
    }

    private void tell(Server server, int key) {
        if (server.tracked.remove(key) && server == believed) {
            replies.add(new News(key));
        }
    }

    private void ownWrite(int key) {
        if (primary == believed && !primary.frozen && away == knownAway) {
            write(key);
            acks.get(key).add(new Ack(versions, now));
            positionUnknown |= !away; // else another shard remembers it
            required[key] = versions;
            versions++;
        }
    }

    private void positionBecomesKnown() {
        if (positionUnknown && primary == believed && !primary.frozen) {
            Position told = new Position(primary.history, primary.offset);
            positionUnknown = false;
            seenPosition = Floor.further(seenPosition, told, lineage);
        }
    }

    private void emptied() {
        if (!primary.frozen && !away) {
            for (int key = 0; key < KEYS; key++) {
                versions += 2;
                primary.apply(key, versions, Long.MAX_VALUE);
                acks.get(key)
                        .add(new Ack(
                                versions,
                                primary == believed || believed.frozen || believed.demoted ? now : Long.MAX_VALUE));
            }
            primary.tracked.clear();
            if (primary == believed) {
                replies.add(new NewsOfEverything());
            }
        }
    }

    private void expiryCycle() {
        for (int key = 0; key < KEYS && !primary.frozen; key++) {
            expire(primary, key);
        }
    }

    /** The version that follows an expiring one stands for its absence. */
    private void expire(Server server, int key) {
        if (now >= server.expiries[key]) {
            server.apply(key, server.versions[key] + 1, Long.MAX_VALUE);
            if (server == primary) {
                lost.remove(server.versions[key]); // it expired once more
            }
            tell(server, key);
        }
    }

    private void failover() {
        if (primary != believed || away) {
            return; // one after the other
        }
        Server old = primary;
        int kept = Math.max(0, old.log.size() - random.nextInt(4));
        long cut = kept == 0 ? 0 : old.log.get(kept - 1)[0];
        primary = new Server("history-" + ++failovers, cut);
        histories.continues(primary.history, old.history, cut);
        for (int i = 0; i < old.log.size(); i++) {
            long[] entry = old.log.get(i);
            if (i < kept) {
                primary.log.add(entry);
                primary.versions[(int) entry[1]] = (int) entry[2];
                primary.expiries[(int) entry[1]] = entry[3];
            } else {
                lost.add((int) entry[2]);
            }
        }
        old.frozen = random.nextBoolean();
        old.demoted = !old.frozen && random.nextBoolean();
    }

    private void slotMoves() {
        if (!away) {
            away = primary == believed; // and the keys are left behind, untold
        } else if (!knownAway) {
            knownAway = true;
            moves++;
            acks.forEach(all -> all.replaceAll(ack -> new Ack(ack.version, Math.min(ack.at, now))));
        } else {
            writtenAway.forEach(entry -> primary.apply(entry[0], entry[1], Long.MAX_VALUE)); // they come back, untold
            writtenAway.clear();
            away = false;
            knownAway = false;
        }
    }

    private void freezeOrThaw() {
        believed.frozen = !believed.frozen;
        believed.demoted |= primary != believed; // a former primary that lives on as one is nobody's to find out here
    }

    // The connection

    private void connect() {
        if (tracking != null) {
            tracking.end();
        }
        requests.clear();
        replies.clear();
        believed.tracked.clear();
        tracking = new Tracking(this, statements);
    }

    /** One that is not known to be worth anything is asked for again; now and then one that is on its way, too. */
    private void miss(int key) {
        Tracked<Integer> found = kept.get(key);
        boolean asked = found != null && found.value() == null;
        if (asked ? random.nextInt(8) == 0 : found == null || !found.holds(now, statements.get())) {
            read(key);
        }
    }

    private void read(int key) {
        Tracked<Integer> place = shelf.reserve(key);
        Era era = tracking == null ? new Era(this) : tracking.era();
        requests.add(new Batch(List.of(new Read(key, place, now, era, moves, new int[1], new long[1])), now));
    }

    private void beat() {
        requests.add(new Batch(List.of(), now));
    }

    private void serverAnswers() {
        if (believed.frozen || !(requests.peekFirst() instanceof Batch batch)) {
            return;
        }
        requests.pollFirst();
        for (Read read : batch.reads) {
            if (!away) {
                expire(believed, read.key);
                read.answer[0] = believed.versions[read.key];
                long expiry = believed.expiries[read.key];
                read.ttl[0] = expiry == Long.MAX_VALUE ? Long.MAX_VALUE : expiry - now;
                believed.tracked.add(read.key);
                replies.add(new Reply(read));
            }
        }
        replies.add(new Told(
                batch,
                new ReplicationInfo(
                        believed.demoted ? Role.REPLICA : Role.PRIMARY,
                        new Position(believed.history, believed.offset),
                        null,
                        -1,
                        true,
                        null,
                        true,
                        -1,
                        false,
                        0,
                        List.of())));
    }

    private void messageArrives() {
        Object message = replies.pollFirst();
        if (message instanceof News news) {
            shelf.changed(news.key);
        } else if (message instanceof NewsOfEverything && tracking != null) {
            if (bug != Bug.IGNORES_THE_NEWS_OF_EVERYTHING) {
                tracking.everythingChanged();
            }
        } else if (message instanceof Told told && tracking != null) {
            boolean sound = tracking.told(told.info, told.batch.askedAt) != null;
            for (Read read : told.batch.reads) {
                boolean counts = sound && read.answer[0] != NONE;
                arrivals.add(new Arrival(read, counts ? new Tracked<>(read.answer[0], warrant(read)) : null));
                if (counts) {
                    seenPosition = Floor.further(seenPosition, told.info.position(), lineage);
                    required[read.key] = Math.max(required[read.key], read.answer[0]);
                }
            }
        }
    }

    private Warrant warrant(Read read) {
        boolean expires = read.ttl[0] != Long.MAX_VALUE && bug != Bug.IGNORES_THE_TIME_TO_LIVE;
        return new Warrant(
                read.era,
                expires ? read.askedAt + read.ttl[0] : Long.MAX_VALUE / 2,
                bug == Bug.IGNORES_MOVES ? -1 : 0,
                read.moves,
                0,
                new Warrant.Terms(
                        bug == Bug.IGNORES_THE_LEASE ? Long.MAX_VALUE / 2 : LEASE,
                        bug == Bug.IGNORES_THE_SESSION ? null : (position, bucket, in) -> isCovered(position, in)));
    }

    /** On the caller's thread, perhaps much later. */
    private void valueArrives() {
        if (!arrivals.isEmpty()) {
            Arrival arrival = arrivals.remove(random.nextInt(arrivals.size()));
            if (bug == Bug.IGNORES_THE_PLACE && arrival.value != null) {
                kept.put(arrival.read.key, arrival.value);
            } else {
                shelf.arrived(arrival.read.key, arrival.read.place, arrival.value);
            }
        }
    }

    private void clientLearnsOfFailover() {
        if (primary == believed) {
            return;
        }
        believed = primary;
        lineage = new Lineage(primary.history, histories);
        connect();
        positionUnknown = false;
        if (seenPosition != null && !lineage.survives(seenPosition)) {
            seenPosition = null;
        }
        for (int key = 0; key < KEYS; key++) { // the session is told
            required[key] = lost.contains(required[key]) || lost.contains(required[key] - 1) ? NONE : required[key];
        }
        acks.forEach(all -> all.replaceAll(ack -> new Ack(ack.version, Math.min(ack.at, now))));
    }

    // Lookups, in the two steps between which anything may happen

    private void lookUp(int key) {
        int acked = NONE;
        for (Ack ack : acks.get(key)) {
            acked = ack.at <= now - LEASE && !lost.contains(ack.version) ? Math.max(acked, ack.version) : acked;
        }
        long number = bug == Bug.IGNORES_THE_ORDER_OF_LOOKUPS ? Long.MAX_VALUE : statements.get();
        lookups.add(new Lookup(key, now, number, kept.get(key), required[key], acked));
    }

    private void lookedUp() {
        if (lookups.isEmpty()) {
            return;
        }
        Lookup lookup = lookups.remove(random.nextInt(lookups.size()));
        if (lookup.found == null || !lookup.found.holds(lookup.at, lookup.number) || lookup.found.value() == null) {
            return;
        }
        hits++;
        int version = lookup.found.value();
        if (version < lookup.acked) {
            broken = "version " + version + " returned, though " + lookup.acked + " was acknowledged a lease ago";
        } else if (version < lookup.required) {
            broken = "version " + version + " returned to a session that had seen " + lookup.required;
        } else if (lookup.at >= expiryOf.getOrDefault(version, Long.MAX_VALUE)) {
            broken = "version " + version + " returned after it had expired";
        } else if (primary == believed && lost.contains(version)) {
            broken = "version " + version + " returned, which the failover took back";
        }
        required[lookup.key] = Math.max(required[lookup.key], version);
    }
}
