package dev.lockstep.drill;

import dev.lockstep.drill.CopyContents.Held;
import dev.lockstep.drill.CopyPlan.Moment;
import dev.lockstep.drill.CopyPlan.Strike;
import dev.lockstep.sync.SyncException;
import dev.lockstep.sync.SyncProgress;
import dev.lockstep.sync.verify.Verify;
import dev.lockstep.sync.verify.VerifyResult;
import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.TopologyException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A drill of copies: a source that is written to all the time, a copier in a process of its own that is killed again and again,
 * faults of both sides meanwhile, and at the end judges who know nothing of each other.
 *
 * <pre>{@code
 * CopyResult result = new CopyDrill(CopyDrillSettings.random(7)).run();
 * CopyReport.write(result, Path.of("report.html"));
 * }</pre>
 *
 * <p>Each run starts servers of its own on 127.0.0.1 and leaves nothing behind. Not thread-safe.
 */
public final class CopyDrill {
    /* Three judges: `Verify`; a comparison that reads both sides type by type through Lettuce; and the writer, who knows by how
     * much each counter has grown and which elements it has pushed. The last one cannot be fooled by a fault of what the other
     * two have in common. It is not asked where the source itself may have lost, in a failover, what it had acknowledged.
     *
     * MIGRATE shifts a time of expiry by as long as it takes. Where slots have moved, what expires is written once more at the
     * end: the copy is to be equal then, also in its times. */

    private static final Duration LIVE_BOUND = Duration.ofMinutes(2);
    private static final Duration SETTLES_WITHIN = Duration.ofSeconds(20);
    private static final Duration VERIFY_PATIENCE = Duration.ofSeconds(10);
    private static final long SAMPLE_NANOS = 100_000_000;
    private static final long SHOW_NANOS = 1_000_000_000;
    private static final int EVIDENCE = 8;
    private static final int NAMED = 10_000;
    private static final long ENOUGH_WRITES = 200;

    private final CopyDrillSettings settings;
    private final Class<?> copying;
    private final Consumer<CopySide> beforeJudging;
    private DrillListener listener = new DrillListener() {};

    public CopyDrill(CopyDrillSettings settings) {
        this(settings, Copying.class, target -> {});
    }

    /**
     * @param copying the program that copies
     * @param beforeJudging what is done to the target when the copy is in step, before anybody judges
     */
    CopyDrill(CopyDrillSettings settings, Class<?> copying, Consumer<CopySide> beforeJudging) {
        this.settings = settings;
        this.copying = copying;
        this.beforeJudging = beforeJudging;
    }

    /** Who is told how it goes on. */
    public CopyDrill listener(DrillListener told) {
        this.listener = told;
        return this;
    }

    /**
     * Runs it, which takes about as long as its settings say, and some time for servers to start and to recover.
     *
     * @throws InterruptedException if the thread is interrupted; nothing is left running then
     */
    public CopyResult run() throws InterruptedException {
        CopyPlan plan = CopyPlan.of(settings);
        listener.onPhase("starting servers: " + plan.source().id() + " and "
                + plan.target().id());
        CompletableFuture<CopySide> starting = CompletableFuture.supplyAsync(
                () -> CopySide.start("target", plan.target(), false, settings.serverBin()));
        try (CopySide source = CopySide.start("source", plan.source(), plan.needsLinks(), settings.serverBin());
                CopySide target = started(starting)) {
            Path folder = Files.createTempDirectory("lockstep-drill-");
            try (Scene scene = new Scene(plan, source, target, folder)) {
                return scene.play();
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("No folder for the copier's spool", e);
        } finally {
            starting.thenAccept(CopySide::close);
        }
    }

    private static CopySide started(CompletableFuture<CopySide> starting) {
        try {
            return starting.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException why ? why : e;
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** The servers, the writer, the copier and the strikes of one run. */
    private final class Scene implements AutoCloseable {
        private final CopyPlan plan;
        private final CopySide source;
        private final CopySide target;
        private final Patience patience = new Patience(this::now);
        private final CopyWriter writer;
        private final Copier copier;
        private final CopyStriker striker;
        private final List<CopyResult.Struck> struck = new ArrayList<>();
        private final List<CopyResult.Sample> samples = new ArrayList<>();
        private final List<String> restarts = new ArrayList<>();
        private final List<String> endings = new ArrayList<>();
        private volatile long origin = System.nanoTime();
        private long shown;
        private long shownWrites;
        private long fullCopies;
        private SyncProgress.Phase last = SyncProgress.Phase.CONNECTING;

        Scene(CopyPlan plan, CopySide source, CopySide target, Path folder) {
            this.plan = plan;
            this.source = source;
            this.target = target;
            this.copier = new Copier(
                    Copier.program(copying),
                    List.of(
                            source.uriForCopier(),
                            target.uriForCopier(),
                            folder.resolve("spool").toString()),
                    this::ended);
            this.striker = new CopyStriker(source, target, copier, patience, this::killed);
            this.writer = new CopyWriter(
                    source.uriForCopier(),
                    new CopyWorkload(source.shards() > 1, settings.seed()),
                    settings.rate(),
                    patience);
        }

        /** Nanoseconds since the first copier was started. */
        private long now() {
            return System.nanoTime() - origin;
        }

        private synchronized void ended(Copier.Ending ending) {
            if (ending.begun()) {
                endings.add(ending.why());
            } else {
                restarts.add(ending.why());
            }
            listener.onFault(now(), "the copier ended by itself: " + ending.why());
        }

        /** Nobody copies until the next one tells how far it is. */
        private synchronized void killed(long at) {
            last = SyncProgress.Phase.CONNECTING;
            samples.add(new CopyResult.Sample(at, last, 0, 0, writer.ledger().countAcknowledged()));
        }

        private synchronized void sampled(CopierState state) {
            long now = now();
            if (state.phase() == SyncProgress.Phase.FULL_COPY && last != SyncProgress.Phase.FULL_COPY) {
                fullCopies++;
            }
            boolean changed = state.phase() != last;
            last = state.phase();
            long writes = writer.ledger().countAcknowledged();
            if (changed
                    || samples.isEmpty()
                    || now - samples.get(samples.size() - 1).atNanos() > SAMPLE_NANOS) {
                samples.add(new CopyResult.Sample(now, state.phase(), state.lagBytes(), state.lagMillis(), writes));
            }
            if (now - shown > SHOW_NANOS) {
                String how = CopyResult.text(state.phase()) + ", " + state.lagBytes() + " bytes behind"
                        + (state.trouble().isEmpty() ? "" : ", " + state.trouble());
                listener.onCopy(now, how, (writes - shownWrites) * SHOW_NANOS / (now - shown));
                shown = now;
                shownWrites = writes;
            }
        }

        CopyResult play() throws InterruptedException {
            listener.onPhase("writing " + settings.keys() + " keys");
            writer.fill(settings.keys());
            writer.start();
            listener.onPhase("copying");
            origin = System.nanoTime();
            copier.listener(this::sampled);
            copier.start();
            List<String> problems = new ArrayList<>();
            try {
                for (Strike strike : plan.strikes()) {
                    if (strike.moment() == Moment.FULL_COPY) {
                        awaitFullCopy(strike.part());
                    } else {
                        awaitLive();
                        TimeUnit.NANOSECONDS.sleep(strike.delay().toNanos());
                    }
                    listener.onFault(now(), strike.fault().what());
                    struck.add(striker.strike(strike));
                }
                awaitLive();
            } catch (IllegalStateException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
            writer.stop();
            if (plan.has(CopyFault.MOVE_TARGET_SLOTS) || plan.has(CopyFault.MOVE_SOURCE_SLOTS)) {
                writer.renew(settings.keys());
            }
            return judged(problems);
        }

        private void awaitFullCopy(double part) throws InterruptedException {
            patience.sees(() -> isInFullCopy(copier.state(), part), LIVE_BOUND);
        }

        /** Also true once it is past that. */
        private boolean isInFullCopy(CopierState state, double part) {
            boolean far = state.part() >= 0 ? state.part() >= part : state.keys() >= part * settings.keys();
            return (state.phase() == SyncProgress.Phase.FULL_COPY && far)
                    || state.phase() == SyncProgress.Phase.CATCH_UP
                    || state.phase() == SyncProgress.Phase.LIVE;
        }

        private void awaitLive() throws InterruptedException {
            patience.await(
                    () -> copier.state().phase() == SyncProgress.Phase.LIVE,
                    LIVE_BOUND,
                    "the copy is live; it is " + copier.state());
        }

        private CopyResult judged(List<String> problems) throws InterruptedException {
            long length = now();
            listener.onPhase("waiting for the copy");
            boolean inStep = patience.sees(() -> copier.state().inStep(), LIVE_BOUND);
            long caughtUp = inStep ? (now() - length) / 1_000_000 : -1;
            CopierState state = copier.state();
            beforeJudging.accept(target);
            List<CopyResult.Judged> findings = new ArrayList<>();
            findings.add(
                    new CopyResult.Judged("copiers that gave up", 1L + struck.size(), endings.size(), some(endings)));
            findings.add(new CopyResult.Judged(
                    "in step at the end",
                    1,
                    inStep ? 0 : 1,
                    inStep ? List.of() : List.of("after " + DrillSettings.text(LIVE_BOUND) + ": " + state)));
            List<String> doubts = new ArrayList<>(problems);
            listener.onPhase("comparing type by type");
            Map<String, Held> there = compared(findings);
            asked(there, findings);
            listener.onPhase("verifying");
            verified(findings, doubts);
            Verdict verdict = verdict(findings, doubts);
            List<String> servers = new ArrayList<>();
            source.description().forEach(line -> servers.add("source: " + line));
            target.description().forEach(line -> servers.add("target: " + line));
            CopyLedger ledger = writer.ledger();
            synchronized (this) {
                return new CopyResult(
                        settings,
                        plan.source(),
                        plan.target(),
                        length,
                        servers,
                        struck,
                        striker.kills(),
                        restarts,
                        samples,
                        new CopyResult.Figures(
                                ledger.countAcknowledged(),
                                ledger.countUnknown(),
                                ledger.countRefused(),
                                there.size(),
                                caughtUp,
                                fullCopies),
                        findings,
                        verdict);
            }
        }

        /** Reads both sides; what differs is read again until it does not, or the time is up. */
        private Map<String, Held> compared(List<CopyResult.Judged> findings) throws InterruptedException {
            Map<String, Held> here = new TreeMap<>(CopyContents.of(source));
            Map<String, Held> there = new TreeMap<>(CopyContents.of(target));
            long judged = here.size();
            Map<String, String> different = new TreeMap<>(CopyJudge.differences(here, there));
            patience.sees(
                    () -> {
                        List<String> keys = List.copyOf(different.keySet());
                        Map<String, Held> hereNow = CopyContents.of(source, keys);
                        Map<String, Held> thereNow = CopyContents.of(target, keys);
                        different.clear();
                        different.putAll(CopyJudge.differences(hereNow, thereNow));
                        there.keySet().removeAll(keys);
                        there.putAll(thereNow);
                        return different.isEmpty();
                    },
                    SETTLES_WITHIN);
            findings.add(new CopyResult.Judged(
                    "keys that differ, read type by type", judged, different.size(), some(different)));
            return there;
        }

        /** The writer's judgement. */
        private void asked(Map<String, Held> there, List<CopyResult.Judged> findings) {
            CopyLedger ledger = writer.ledger();
            boolean planned =
                    plan.strikes().stream().anyMatch(strike -> strike.fault().mayRewriteSource());
            boolean rewritten = plan.source() != CopyDrillSettings.Kind.STANDALONE && (planned || writer.mayHaveLost());
            List<String> elements = rewritten
                    ? CopyJudge.doubledElements(there)
                    : CopyJudge.wrongElements(ledger.pushed(), ledger.perhapsPushed(), there);
            findings.add(new CopyResult.Judged(
                    rewritten ? "elements that are there twice" : "elements pushed that are not there exactly once",
                    ledger.pushed().size(),
                    elements.size(),
                    some(elements)));
            if (!rewritten) {
                Map<String, String> sums = CopyJudge.wrongSums(ledger.sums(), there);
                findings.add(new CopyResult.Judged(
                        "counters that have not grown by what was acknowledged",
                        ledger.sums().size(),
                        sums.size(),
                        some(sums)));
            }
        }

        private void verified(List<CopyResult.Judged> findings, List<String> doubts) throws InterruptedException {
            try {
                VerifyResult result = Verify.between(
                                Deployment.parse(source.deployment().uri()),
                                Deployment.parse(target.deployment().uri()))
                        .patience(VERIFY_PATIENCE)
                        .named(NAMED)
                        .run();
                List<String> evidence = new ArrayList<>(result.functions());
                result.differences().forEach(one -> evidence.add(one.key() + ": " + one.findings()));
                findings.add(new CopyResult.Judged(
                        "keys that differ for lockstep verify",
                        result.keys(),
                        result.differing() + result.functions().size(),
                        some(evidence)));
                if (result.unsettled() > 0) {
                    doubts.add("lockstep verify could not settle " + result.unsettled() + " keys, such as "
                            + result.unsettledKeys().get(0));
                }
                doubts.addAll(result.doubts());
            } catch (TopologyException | SyncException e) {
                doubts.add("lockstep verify failed: " + e.getMessage());
            }
        }

        private Verdict verdict(List<CopyResult.Judged> findings, List<String> doubts) {
            List<String> wrong = findings.stream()
                    .filter(one -> one.found() > 0)
                    .map(one -> one.found() + " " + one.judge()
                            + (one.evidence().isEmpty()
                                    ? ""
                                    : ", such as: " + one.evidence().get(0)))
                    .toList();
            if (!wrong.isEmpty()) {
                return new Verdict(Verdict.Kind.INVALID, wrong);
            }
            if (writer.ledger().countAcknowledged() < ENOUGH_WRITES) {
                doubts.add("only " + writer.ledger().countAcknowledged() + " writes were acknowledged");
            }
            return new Verdict(doubts.isEmpty() ? Verdict.Kind.VALID : Verdict.Kind.UNKNOWN, doubts);
        }

        private List<String> some(Map<String, String> all) {
            return all.entrySet().stream()
                    .limit(EVIDENCE)
                    .map(each -> each.getKey() + " " + each.getValue())
                    .toList();
        }

        private List<String> some(List<String> all) {
            return all.stream().limit(EVIDENCE).toList();
        }

        @Override
        public void close() {
            copier.close();
            writer.close();
        }
    }
}
