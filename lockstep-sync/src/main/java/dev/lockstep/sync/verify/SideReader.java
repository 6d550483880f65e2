package dev.lockstep.sync.verify;

import dev.lockstep.sync.HashKey;
import dev.lockstep.sync.SyncException;
import dev.lockstep.topology.NodeAddress;
import io.lettuce.core.RedisException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads many keys of one database of one side together: in rounds, each of which is one batch of commands per server. Thread-safe. */
final class SideReader {
    /* Whatever goes wrong with a key, be it that its slot has moved, that its server is lost, or that the key changes its
     * type while it is read, has it read again from the beginning where it is now. What goes wrong on and on ends the run,
     * since nothing is said of a key that was not read. */

    /** Of what is asked for at once; a key that is read by itself may take a page more. */
    private static final long ROUND_BYTES = 2 << 20;

    private static final int MOST_RESTARTS = 8;

    private final Side side;
    private final int database;
    private final boolean streamCounters;
    private final HashKey hashKey;

    /** @param streamCounters whether to look at what only servers since 7.0 count of streams */
    SideReader(Side side, int database, boolean streamCounters, HashKey hashKey) {
        this.side = side;
        this.database = database;
        this.streamCounters = streamCounters;
        this.hashKey = hashKey;
    }

    /** A key on its way. */
    private static final class Pending {
        KeyReading<?> reading;
        int restarts;

        @Nullable
        Redirect redirect;

        List<Ask> asked = List.of();

        Pending(KeyReading<?> reading) {
            this.reading = reading;
        }

        /** From the beginning, with nothing that a late answer could still reach. */
        void again(@Nullable Redirect to) {
            reading = reading.fresh();
            redirect = to;
        }
    }

    /** What there is under each of the keys, in their order. */
    List<KeyState> states(List<byte[]> keys) throws InterruptedException {
        List<KeyState> states = new ArrayList<>(keys.size());
        for (KeyReading<Tally> reading : read(keys, key -> new Tally(key.hash()))) {
            states.add(new KeyState(
                    reading.type(), reading.expiry(), reading.elements(), reading.readAt(), reading.isWhole()));
        }
        return states;
    }

    /** Which of the keys there are not. */
    List<byte[]> missing(List<byte[]> keys) throws InterruptedException {
        List<KeyReading<Nothing>> readings = new ArrayList<>(keys.size());
        keys.forEach(key -> readings.add(KeyReading.ofPresence(key, hashKey, unused -> new Nothing())));
        List<byte[]> missing = new ArrayList<>();
        for (KeyReading<Nothing> reading : read(readings)) {
            if (reading.isAbsent()) {
                missing.add(reading.key());
            }
        }
        return missing;
    }

    private static final class Nothing implements Elements {
        @Override
        public void add(Part part, long nameHigh, long nameLow, long bodyHigh, long bodyLow) {}
    }

    /**
     * Reads keys, in their order. One that never stays the same for long enough is given up, and
     * {@link KeyReading#isWhole} says so.
     *
     * @param sinks makes what takes the elements of one reading
     * @throws SyncException if a server refuses, or does not answer for longer than the deployment's timeout
     */
    <E extends Elements> List<KeyReading<E>> read(List<byte[]> keys, Function<HashKey, E> sinks)
            throws InterruptedException {
        List<KeyReading<E>> readings = new ArrayList<>(keys.size());
        keys.forEach(key -> readings.add(KeyReading.of(key, hashKey, sinks)));
        return read(readings);
    }

    @SuppressWarnings("unchecked") // a fresh reading is of the same kind
    private <E extends Elements> List<KeyReading<E>> read(List<KeyReading<E>> readings) throws InterruptedException {
        if (!side.has(database)) {
            readings.forEach(KeyReading::absent);
            return readings;
        }
        List<Pending> all = new ArrayList<>(readings.size());
        readings.forEach(reading -> all.add(new Pending(reading)));
        finish(new ArrayList<>(all));
        return all.stream().map(pending -> (KeyReading<E>) pending.reading).toList();
    }

    private void finish(List<Pending> left) throws InterruptedException {
        Retries retries = new Retries(side);
        while (!left.isEmpty()) {
            String trouble = round(left);
            if (trouble == null) {
                retries.worked();
            } else {
                retries.failed(trouble);
            }
        }
    }

    /** Takes everybody as far as one batch brings him. Returns what stood in the way; null if nothing did. */
    private @Nullable String round(List<Pending> left) throws InterruptedException {
        String trouble = null;
        Map<NodeAddress, List<Pending>> batches = new LinkedHashMap<>();
        long bytes = 0;
        for (Pending pending : left) {
            if (bytes > ROUND_BYTES) {
                break;
            }
            bytes += pending.reading.expectedBytes();
            try {
                Redirect redirect = pending.redirect;
                NodeAddress at =
                        redirect == null ? side.route(pending.reading.key()) : side.translated(redirect.address());
                batches.computeIfAbsent(at, unused -> new ArrayList<>()).add(pending);
            } catch (RedisException e) {
                trouble = e.getMessage();
            }
        }
        List<Pending> finished = new ArrayList<>();
        for (Map.Entry<NodeAddress, List<Pending>> batch : batches.entrySet()) {
            String what = send(batch.getKey(), batch.getValue(), finished);
            trouble = what == null ? trouble : what;
        }
        if (!finished.isEmpty()) {
            left.removeAll(new HashSet<>(finished));
        }
        return trouble;
    }

    private @Nullable String send(NodeAddress address, List<Pending> batch, List<Pending> finished)
            throws InterruptedException {
        Clock before = new Clock();
        Clock after = new Clock();
        List<Ask> asks = new ArrayList<>();
        List<Pending> timed = new ArrayList<>();
        try {
            NodeReads node = side.node(address, database);
            ServerTraits own = node.traits();
            ServerTraits traits = new ServerTraits(
                    own.absoluteExpiry(),
                    own.fieldExpiry(),
                    own.streamCounters() && streamCounters,
                    own.readCounts(),
                    own.functions());
            asks.add(before.ask());
            for (Pending pending : batch) {
                boolean first = pending.reading.wantsClock();
                pending.asked = pending.reading.next(traits);
                if (pending.asked.isEmpty()) {
                    finished.add(pending);
                    continue;
                }
                if (first) {
                    timed.add(pending);
                }
                boolean asking = pending.redirect != null && pending.redirect.asking();
                for (Ask ask : pending.asked) {
                    if (asking) {
                        asks.add(Ask.of((text, depth, index) -> {}, "ASKING"));
                    }
                    asks.add(ask);
                }
            }
            if (!timed.isEmpty()) {
                asks.add(after.ask());
            } else {
                asks.remove(0);
            }
            if (!asks.isEmpty()) {
                node.ask(asks);
            }
        } catch (RedisException e) {
            side.suspect(address, "it could not be read");
            for (Pending pending : batch) {
                if (!finished.contains(pending)) {
                    pending.again(null);
                }
            }
            return e.getMessage();
        }
        timed.forEach(pending -> pending.reading.clock(before.millis, after.millis));
        String trouble = null;
        for (Pending pending : batch) {
            String what = judge(address, pending, finished);
            trouble = what == null ? trouble : what;
        }
        return trouble;
    }

    /** What became of one key's commands. */
    private @Nullable String judge(NodeAddress address, Pending pending, List<Pending> finished) {
        String refusal = null;
        String command = "";
        for (Ask ask : pending.asked) {
            String what = ask.refusal();
            if (what != null && !(ask.isOptional() && !isPassing(what, address))) {
                refusal = what;
                command = ask.commandName();
                break;
            }
        }
        pending.asked = List.of();
        if (refusal == null) {
            return null;
        }
        Redirect redirect = Redirect.of(refusal, address);
        if (redirect != null) {
            side.suspect(address, "it redirects to another server");
            pending.again(redirect);
            return refusal;
        }
        if (hasChanged(refusal)) {
            pending.again(pending.redirect);
            if (++pending.restarts > MOST_RESTARTS) {
                finished.add(pending);
            }
            return null;
        }
        if (isPassing(refusal, address)) {
            side.suspect(address, "it answers " + refusal);
            pending.again(null);
            return address + " answers " + refusal;
        }
        String next = refusal.startsWith("NOPERM")
                ? "; grant the user +" + command + " and the right to read all keys (%R~*)"
                : "";
        throw new SyncException(
                "The " + side + " cannot be read: " + address + " answers " + command + " with " + refusal + next);
    }

    /** It holds something else than a moment ago. */
    private static boolean hasChanged(String refusal) {
        return refusal.startsWith("WRONGTYPE")
                || refusal.startsWith("NOGROUP")
                || refusal.startsWith("ERR no such key");
    }

    private static boolean isPassing(String refusal, NodeAddress address) {
        return Redirect.of(refusal, address) != null
                || refusal.startsWith("LOADING")
                || refusal.startsWith("CLUSTERDOWN")
                || refusal.startsWith("TRYAGAIN")
                || refusal.startsWith("MASTERDOWN")
                || refusal.startsWith("BUSY");
    }

    /** What the server's clock says. */
    private static final class Clock {
        private static final long MICROS_PER_MILLI = 1_000;
        private long millis;

        Ask ask() {
            return Ask.of(this::take, "TIME");
        }

        private void take(@Nullable ByteBuffer text, int depth, int index) {
            long told = Long.parseLong(NodeReads.text(text));
            millis = index == 0 ? told * MICROS_PER_MILLI : millis + told / MICROS_PER_MILLI;
        }
    }
}
