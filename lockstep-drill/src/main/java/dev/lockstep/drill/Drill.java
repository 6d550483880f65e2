package dev.lockstep.drill;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A drill: real servers, a client and its control at once on them, faults meanwhile, and a verdict at the end.
 *
 * <pre>{@code
 * DrillResult result = new Drill(DrillSettings.story(DrillSettings.Topology.CLUSTER)).run();
 * Report.write(result, Path.of("report.html"));
 * }</pre>
 *
 * <p>Each run starts servers of its own on 127.0.0.1 and leaves nothing behind. Not thread-safe.
 */
public final class Drill {
    private static final long TICK_NANOS = 20_000_000;
    private static final long SECOND = 1_000_000_000;
    private static final long PATIENCE_NANOS = 60 * SECOND;

    private final DrillSettings settings;
    private final List<Subject.Connector> clients;
    private DrillListener listener = new DrillListener() {};

    /** Lockstep, and plain Lettuce as control. */
    public Drill(DrillSettings settings) {
        this(settings, List.of(LockstepSubject::new, LettuceSubject::new));
    }

    Drill(DrillSettings settings, List<Subject.Connector> clients) {
        this.settings = settings;
        this.clients = List.copyOf(clients);
    }

    /** Who is told how it goes on. */
    public Drill listener(DrillListener told) {
        this.listener = told;
        return this;
    }

    /**
     * Runs it, which takes about as long as its settings say and the servers need to start and to recover.
     *
     * @throws InterruptedException if the thread is interrupted; nothing is left running then
     */
    public DrillResult run() throws InterruptedException {
        listener.onPhase("starting servers");
        LocalRedis plan = plan(settings.topology()).password("drill").links(true);
        if (settings.serverBin() != null) {
            plan.serverBin(settings.serverBin());
        }
        try (LocalDeployment deployment = plan.start();
                Scene scene = new Scene(deployment)) {
            return scene.play();
        }
    }

    private static LocalRedis plan(DrillSettings.Topology topology) {
        return switch (topology) {
            case SENTINEL -> LocalRedis.sentinel().replicas(2);
            case CLUSTER ->
                // A primary that is replaced while slots leave it follows anybody only if it may migrate, and then
                // perhaps a primary of another shard, from which Shepherd fetches it. The barrier keeps all others.
                LocalRedis.cluster()
                        .shards(Schedule.shards(topology))
                        .replicas(1)
                        .config("cluster-allow-replica-migration", "yes")
                        .config("cluster-migration-barrier", "100");
        };
    }

    /** The servers, the clients and the faults of one run. */
    private final class Scene implements AutoCloseable {
        private final LocalDeployment deployment;
        private final Witnesses witnesses;
        private final Watch watch;
        private final Shepherd shepherd;
        private final Placement placement;
        private final List<Crowd> crowds = new ArrayList<>();
        private volatile long origin = System.nanoTime();

        Scene(LocalDeployment deployment) {
            this.deployment = deployment;
            this.witnesses = new Witnesses(Schedule.shards(settings.topology()));
            this.watch = new Watch(deployment, witnesses, this::now);
            this.shepherd = new Shepherd(deployment, witnesses, what -> listener.onFault(now(), what));
            this.placement = SlotOwners.number(deployment, witnesses);
        }

        /** Nanoseconds since the first call. */
        private long now() {
            return System.nanoTime() - origin;
        }

        DrillResult play() throws InterruptedException {
            listener.onPhase("connecting clients");
            Subject.Stage stage = new Subject.Stage(
                    deployment.uri(),
                    settings.load().timeout(),
                    this::now,
                    witnesses::isPrimary,
                    witnesses::shardNamed);
            // The control first: whoever comes first loads Lettuce's classes, and a client has little patience with
            // that.
            for (int i = clients.size() - 1; i >= 0; i--) {
                crowds.add(0, new Crowd(clients.get(i).connect(stage), settings, this::now));
            }
            listener.onPhase("running");
            origin = System.nanoTime();
            crowds.forEach(Crowd::start);
            Ground ground = new Ground(deployment, witnesses, placement, keySlots(), this::now);
            FaultLoop faults = new FaultLoop(
                    ground, watch, settings.schedule(), crowds.get(0)::answered, what -> listener.onFault(now(), what));
            long end = perform(faults);
            listener.onPhase("judging");
            return result(faults, end);
        }

        private Set<Integer> keySlots() {
            return crowds.stream()
                    .flatMap(crowd -> crowd.keys().stream())
                    .map(Key::slot)
                    .collect(Collectors.toSet());
        }

        /** Returns when the last call ended, with the time of that; the deployment is whole then, if it can be. */
        private long perform(FaultLoop faults) throws InterruptedException {
            long length = settings.schedule().length().toNanos();
            long shown = 0;
            while (now() < length || !faults.isDone()) {
                watch.tick();
                shepherd.tick();
                faults.tick(now());
                if (now() - shown >= SECOND) {
                    show(now() - shown, length);
                    shown = now();
                }
                pause();
            }
            for (Crowd crowd : crowds) {
                crowd.stop(settings.load().timeout().multipliedBy(2).plusSeconds(5));
            }
            long end = now();
            faults.healAll(end);
            long patience = now() + PATIENCE_NANOS;
            while (!watch.isWhole() && now() < patience) {
                watch.tick();
                shepherd.tick();
                pause();
            }
            return end;
        }

        private void pause() throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(TICK_NANOS);
        }

        private void show(long sinceNanos, long length) {
            listener.onProgress(new DrillListener.Progress(
                    now(),
                    length,
                    witnesses.primaries(),
                    crowds.stream().map(crowd -> crowd.since(sinceNanos)).toList()));
        }

        private DrillResult result(FaultLoop faults, long end) {
            List<FaultWindow> windows = faults.windows(end);
            List<NodeLane> lanes = witnesses.lanes(end);
            boolean replicaWasUp = lanes.stream()
                    .flatMap(lane -> lane.spans().stream())
                    .anyMatch(span -> span.state() == NodeLane.State.REPLICA);
            Judge.Surroundings surroundings = new Judge.Surroundings(windows, end, replicaWasUp, faults.problem());
            Function<Key, @Nullable LocalServer> owners = SlotOwners.holders(deployment, witnesses.count());
            List<ClientResult> results = crowds.stream()
                    .map(crowd -> crowd.result(witnesses.changes(), placement.snapshot(), owners, surroundings))
                    .toList();
            List<String> servers = new ArrayList<>(List.of(
                    deployment.serverVersion(), shape() + ", and a proxy before each of them for faults of links"));
            servers.addAll(deployment.nonDefaultSettings());
            return new DrillResult(settings, end, servers, windows, failovers(), lanes, results);
        }

        private String shape() {
            return switch (settings.topology()) {
                case SENTINEL -> "1 primary, 2 replicas, 3 Sentinels, quorum 2";
                case CLUSTER -> "a cluster of 3 shards, each of 1 primary and 1 replica";
            };
        }

        private int failovers() {
            return (int) witnesses.changes().stream()
                    .filter(change -> !change.from().equals(change.to()))
                    .count();
        }

        @Override
        public void close() {
            watch.close();
            crowds.forEach(Crowd::close);
        }
    }
}
