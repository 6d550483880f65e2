package dev.lockstep.drill;

import dev.lockstep.local.LocalRedisException;
import dev.lockstep.local.LocalServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client of a drill with its threads and its keys, from its connection to its history. */
final class Crowd implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Crowd.class);

    private final Subject subject;
    private final Keyspace keyspace;
    private final Worker.Tally tally = new Worker.Tally();
    private final List<Worker> workers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private long okBefore;
    private long failedBefore;

    Crowd(Subject subject, DrillSettings settings, LongSupplier clock) {
        this.subject = subject;
        DrillSettings.Load load = settings.load();
        Crew crew = Crew.of(load.threads(), settings.seed());
        this.keyspace = new Keyspace(subject.name(), crew.writers());
        long period = 1_000_000_000L * load.threads() / load.rate();
        for (Actor actor : crew.actors()) {
            Workload workload = new Workload(actor, crew, keyspace, settings.seed());
            Worker worker = new Worker(actor, workload, subject, tally, clock, period);
            workers.add(worker);
            Thread thread = new Thread(worker, "drill-" + subject.name() + "-" + actor.thread());
            thread.setDaemon(true);
            threads.add(thread);
        }
    }

    void start() {
        threads.forEach(Thread::start);
    }

    /**
     * Waits for the calls under way.
     *
     * @throws IllegalStateException if one of them does not end, or a thread had ended too soon
     */
    void stop(Duration within) throws InterruptedException {
        workers.forEach(Worker::stop);
        for (Thread thread : threads) {
            thread.join(within.toMillis());
            if (thread.isAlive()) {
                throw new IllegalStateException("A call of " + subject.name() + " did not end within " + within
                        + ", although each is bound to its timeout. It waits at "
                        + List.of(thread.getStackTrace()));
            }
        }
        for (Worker worker : workers) {
            if (worker.death() != null) {
                throw new IllegalStateException("A thread of " + subject.name() + " ended too soon", worker.death());
            }
        }
    }

    /** How many calls have been answered until now. */
    long answered() {
        return tally.ok().sum();
    }

    DrillListener.Calls since(long nanos) {
        long ok = tally.ok().sum();
        long failed = tally.failed().sum();
        DrillListener.Calls calls = new DrillListener.Calls(
                subject.name(), (ok - okBefore) * 1_000_000_000 / Math.max(1, nanos), failed - failedBefore);
        okBefore = ok;
        failedBefore = failed;
        return calls;
    }

    /** @param owners who holds the key now; null if nobody does */
    ClientResult result(
            List<PrimaryChange> changes,
            Placement placement,
            Function<Key, @Nullable LocalServer> owners,
            Judge.Surroundings surroundings) {
        List<Call> calls = new ArrayList<>();
        workers.forEach(worker -> calls.addAll(worker.calls()));
        Tellings tellings = new Tellings(subject.told(), subject.lost(), subject.emptied());
        History history = new History(keyspace.keys(), calls, tellings, changes, finals(owners), placement);
        return Judge.judge(subject.name(), subject.settings(), history, surroundings, subject.readsByReplica());
    }

    /** The keys that this client uses. */
    List<Key> keys() {
        return keyspace.keys();
    }

    /** What the primaries hold now, asked past every client and link; without the keys that nobody can be asked for. */
    private Map<Integer, long[]> finals(Function<Key, @Nullable LocalServer> owners) {
        Map<Integer, long[]> finals = new HashMap<>();
        for (Key key : keyspace.keys()) {
            LocalServer owner = owners.apply(key);
            if (owner != null) {
                try {
                    finals.put(key.id(), numbers(key, held(key, owner)));
                } catch (LocalRedisException e) {
                    LOG.warn("{} could not be read after the last call", key.name(), e);
                }
            }
        }
        return finals;
    }

    private static @Nullable Object held(Key key, LocalServer owner) {
        return key.type() == Key.Type.LIST
                ? owner.command("LRANGE", key.name(), "0", "-1")
                : owner.command("GET", key.name());
    }

    private static long[] numbers(Key key, @Nullable Object held) {
        if (held instanceof List<?> elements) {
            return elements.stream()
                    .mapToLong(element -> Keyspace.number(String.valueOf(element)))
                    .toArray();
        }
        String text = held == null ? null : held.toString();
        if (key.type() == Key.Type.REGISTER) {
            return new long[] {Keyspace.sequence(key, text)};
        }
        return new long[] {text == null ? 0 : Keyspace.number(text)};
    }

    @Override
    public void close() {
        workers.forEach(Worker::stop);
        subject.close();
    }
}
