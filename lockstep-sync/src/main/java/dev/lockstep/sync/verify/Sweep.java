package dev.lockstep.sync.verify;

import dev.lockstep.sync.RateLimit;
import dev.lockstep.sync.Slots;
import dev.lockstep.sync.SyncException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/** All keys of one database of one side, given page by page to several threads, while slots may change their owners. */
final class Sweep {
    /* A scan goes through one server. Keys that move from a server that was not scanned that far to one that was already
     * are told by neither. So the slots whose owner has changed since the beginning, or is about to, are scanned again, until
     * none did while they were. */

    /** Takes keys, on any of several threads. */
    interface Pages {
        void take(List<byte[]> keys) throws InterruptedException;
    }

    private static final int IN_FLIGHT = 6;
    private static final long PAUSE_MILLIS = 250;

    private final Side side;
    private final int database;
    private final VerifySettings settings;
    private final RateLimit rate;
    private final ExecutorService threads;

    Sweep(Side side, int database, VerifySettings settings, RateLimit rate, ExecutorService threads) {
        this.side = side;
        this.database = database;
        this.settings = settings;
        this.rate = rate;
        this.threads = threads;
    }

    /** Returns when all keys have been taken: the slots of which some may have been overlooked, usually none. */
    BitSet run(Pages pages) throws InterruptedException {
        if (!side.has(database)) {
            return new BitSet();
        }
        Facts facts = new Facts(side);
        String[] owners = side.owners();
        BitSet all = new BitSet(Slots.COUNT);
        all.set(0, Slots.COUNT);
        scan(all, pages);
        long since = side.clock().getAsLong();
        while (true) {
            String[] now = side.owners();
            BitSet moved = facts.movingSlots();
            for (int slot = 0; slot < Slots.COUNT; slot++) {
                if (!Objects.equals(owners[slot], now[slot])) {
                    moved.set(slot);
                }
            }
            if (moved.isEmpty()
                    || side.clock().getAsLong() - since > settings.patience().toNanos()) {
                return moved;
            }
            Thread.sleep(PAUSE_MILLIS);
            owners = side.owners();
            scan(moved, pages);
        }
    }

    private void scan(BitSet slots, Pages pages) throws InterruptedException {
        Semaphore places = new Semaphore(IN_FLIGHT);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Future<?>> scans = new ArrayList<>();
        for (String shard : side.shards()) {
            scans.add(threads.submit(() -> {
                scan(new ShardScan(side, shard, database, settings.filter().match()), slots, page -> {
                    places.acquire();
                    threads.execute(() -> {
                        try {
                            pages.take(page);
                        } catch (InterruptedException | RuntimeException | Error e) {
                            failure.compareAndSet(null, e);
                        } finally {
                            places.release();
                        }
                    });
                    failed(failure);
                });
                return null;
            }));
        }
        for (Future<?> scan : scans) {
            try {
                scan.get();
            } catch (ExecutionException e) {
                failure.compareAndSet(null, e.getCause());
            }
        }
        places.acquire(IN_FLIGHT);
        failed(failure);
    }

    private void scan(ShardScan scan, BitSet slots, Pages pages) throws InterruptedException {
        boolean all = slots.cardinality() == Slots.COUNT;
        for (List<byte[]> told = scan.next(); told != null; told = scan.next()) {
            List<byte[]> page = told.stream()
                    .filter(key -> settings.filter().takes(key) && (all || slots.get(Slots.of(key))))
                    .toList();
            if (!page.isEmpty()) {
                rate.take(page.size());
                pages.take(page);
            }
        }
    }

    private static void failed(AtomicReference<Throwable> failure) throws InterruptedException {
        Throwable why = failure.get();
        if (why instanceof InterruptedException) {
            throw new InterruptedException("Stopped");
        }
        if (why instanceof SyncException known) {
            throw new SyncException(String.valueOf(known.getMessage()), known);
        }
        if (why != null) {
            throw new IllegalStateException("The comparison failed", why);
        }
    }

    /** Slots as ranges, for people. */
    static String text(BitSet slots) {
        List<String> ranges = new ArrayList<>();
        for (int from = slots.nextSetBit(0); from >= 0; ) {
            int end = slots.nextClearBit(from);
            ranges.add(end - 1 == from ? String.valueOf(from) : from + "-" + (end - 1));
            from = slots.nextSetBit(end);
        }
        return String.join(", ", ranges);
    }
}
