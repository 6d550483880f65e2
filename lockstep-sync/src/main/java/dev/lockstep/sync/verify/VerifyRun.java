package dev.lockstep.sync.verify;

import dev.lockstep.sync.HashKey;
import dev.lockstep.sync.RateLimit;
import dev.lockstep.sync.SyncException;
import dev.lockstep.sync.verify.BothSides.Both;
import dev.lockstep.sync.verify.Difference.Finding;
import dev.lockstep.sync.verify.Difference.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One comparison from its beginning to its end. Belongs to the thread that runs it, which also tells how it goes on. */
final class VerifyRun implements AutoCloseable {
    /* Per database: every key of the source is read on both sides and compared by digests. Then the target is searched
     * for keys that the source does not have. Whatever seems to differ goes to the settler, which alone judges. */

    private static final long TICK_MILLIS = 250;

    private final Side source;
    private final Side target;
    private final VerifySettings settings;
    private final HashKey hashKey;
    private final VerifyListener listener;

    private final long begun;
    private final ExecutorService threads;
    private final RateLimit rate;
    private final AtomicLong keys = new AtomicLong();
    private final AtomicLong differing = new AtomicLong();
    private final AtomicLong unsettled = new AtomicLong();
    /** By the settler's thread while it runs. */
    private final List<Difference> differences = new ArrayList<>();

    private final List<Difference> unsettledKeys = new ArrayList<>();
    private final List<String> doubts = new ArrayList<>();
    private long compared;

    VerifyRun(Side source, Side target, VerifySettings settings, HashKey hashKey, VerifyListener listener) {
        this.source = source;
        this.target = target;
        this.settings = settings;
        this.hashKey = hashKey;
        this.listener = listener;
        this.begun = source.clock().getAsLong();
        this.rate = new RateLimit(settings.rate(), source.clock());
        AtomicLong number = new AtomicLong();
        this.threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "lockstep-verify-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** @param named the databases that the URIs name; if none, those of the settings, or all that have keys */
    VerifyResult result(List<DatabasePair> named) throws InterruptedException {
        Facts here = new Facts(source);
        Facts there = new Facts(target);
        boolean streamCounters = here.countStreams() && there.countStreams();
        Map<Integer, Long> keysHere = here.keysByDatabase();
        Map<Integer, Long> keysThere = there.keysByDatabase();
        for (DatabasePair pair : pairs(named, keysHere, keysThere)) {
            compare(
                    pair,
                    new BothSides(
                            new SideReader(source, pair.source(), streamCounters, hashKey),
                            new SideReader(target, pair.target(), streamCounters, hashKey),
                            threads),
                    new Both<>(keysHere.getOrDefault(pair.source(), 0L), keysThere.getOrDefault(pair.target(), 0L)));
        }
        return new VerifyResult(
                compared,
                differing.get(),
                unsettled.get(),
                differences,
                unsettledKeys,
                Facts.differences(here.functions(), there.functions()),
                doubts,
                elapsed());
    }

    private List<DatabasePair> pairs(
            List<DatabasePair> named, Map<Integer, Long> keysHere, Map<Integer, Long> keysThere) {
        if (!named.isEmpty()) {
            return named;
        }
        TreeSet<Integer> numbers = new TreeSet<>(settings.databases());
        if (numbers.isEmpty()) {
            numbers.addAll(keysHere.keySet());
            numbers.addAll(keysThere.keySet());
        }
        return numbers.stream().map(number -> new DatabasePair(number, number)).toList();
    }

    private void compare(DatabasePair pair, BothSides sides, Both<Long> totals) throws InterruptedException {
        Explanation explanation = new Explanation(sides);
        Settler settler = new Settler(
                sides,
                settings.patience().toNanos(),
                source.clock(),
                (suspect, verdict) -> judged(pair, suspect, verdict, explanation));
        Future<?> settling = threads.submit(() -> {
            settler.run();
            return null;
        });
        Sweep ofSource = new Sweep(source, pair.source(), settings, rate, threads);
        doubt(
                "source",
                await(
                        settling,
                        threads.submit(() -> ofSource.run(page -> {
                            List<Both<KeyState>> states = sides.states(page);
                            for (int i = 0; i < page.size(); i++) {
                                if (isSuspect(states.get(i))) {
                                    settler.add(page.get(i));
                                }
                            }
                            keys.addAndGet(page.size());
                        })),
                        now(VerifyProgress.Phase.COMPARE, pair, totals.source(), settler)));
        compared += keys.getAndSet(0);
        Sweep ofTarget = new Sweep(target, pair.target(), settings, rate, threads);
        doubt(
                "target",
                await(
                        settling,
                        threads.submit(() -> ofTarget.run(page -> {
                            for (byte[] key : sides.source().missing(page)) {
                                settler.add(key);
                            }
                            keys.addAndGet(page.size());
                        })),
                        now(VerifyProgress.Phase.EXTRA, pair, totals.target(), settler)));
        keys.set(0);
        settler.complete();
        await(settling, settling, now(VerifyProgress.Phase.SETTLE, pair, 0, settler));
        source.leave(pair.source());
        target.leave(pair.target());
    }

    private static boolean isSuspect(Both<KeyState> states) {
        return !states.source().steady()
                || !states.target().steady()
                || !KeyState.differences(states.source(), states.target()).isEmpty();
    }

    private interface Now {
        VerifyProgress get();
    }

    private Now now(VerifyProgress.Phase phase, DatabasePair pair, long total, Settler settler) {
        return () -> new VerifyProgress(
                phase, pair.source(), keys.get(), total, differing.get(), unsettled.get(), settler.open(), elapsed());
    }

    /** Waits for the work, and tells meanwhile how it goes on; that the settler failed ends it as well. */
    private <T> T await(Future<?> settling, Future<T> work, Now now) throws InterruptedException {
        try {
            while (true) {
                listener.onProgress(now.get());
                try {
                    return work.get(TICK_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException goesOn) {
                    if (settling.isDone()) {
                        settling.get();
                    }
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SyncException known) {
                throw new SyncException(String.valueOf(known.getMessage()), known);
            }
            throw new IllegalStateException("The comparison failed", e.getCause());
        }
    }

    private void doubt(String side, @Nullable BitSet overlooked) {
        if (overlooked != null && !overlooked.isEmpty()) {
            doubts.add("slots of the " + side + " were changing their owners to the end, so keys in them may have been"
                    + " overlooked: " + Sweep.text(overlooked));
        }
    }

    private void judged(DatabasePair pair, Suspect suspect, Suspect.Verdict verdict, Explanation explanation)
            throws InterruptedException {
        boolean differs = verdict == Suspect.Verdict.DIFFERENT;
        (differs ? differing : unsettled).incrementAndGet();
        List<Difference> list = differs ? differences : unsettledKeys;
        if (list.size() < settings.named()) {
            list.add(new Difference(
                    pair.source(),
                    KeyText.of(suspect.key()),
                    differs ? explanation.of(suspect) : doubtsAbout(suspect)));
        }
    }

    private static List<Finding> doubtsAbout(Suspect suspect) {
        KeyState source = suspect.states().getKey();
        if (suspect.isBeyondUs()) {
            return List.of(new Finding(
                    Kind.VALUE,
                    "type " + source.type()
                            + " is compared by its serialised form, which differs: the value need not"));
        }
        if (suspect.kinds().isEmpty()) {
            return List.of(
                    new Finding(Kind.VALUE, "it could not be read as a whole: it kept changing, or is too large"));
        }
        return suspect.kinds().stream()
                .map(kind -> new Finding(
                        kind,
                        "kept changing; differed last in its "
                                + kind.name().toLowerCase(Locale.ROOT).replace('_', ' ')))
                .toList();
    }

    private Duration elapsed() {
        return Duration.ofNanos(source.clock().getAsLong() - begun);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
