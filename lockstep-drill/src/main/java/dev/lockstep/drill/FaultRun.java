package dev.lockstep.drill;

import dev.lockstep.client.Lockstep;
import dev.lockstep.local.Link;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.SwitchoverException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One fault being done to a deployment: it begins when it is made, is healed by {@link #heal}, and then settles. */
final class FaultRun {
    private static final long POLL_NANOS = 20_000_000;
    private static final int PROMOTION_POLLS_PER_TRY = 300;
    private static final int PROMOTION_POLLS = 1_500;
    private static final int SWITCHOVER_TRIES = 40;
    private static final long SWITCHOVER_PAUSE_NANOS = 500_000_000;

    private final Ground ground;
    private final LocalDeployment deployment;
    private final Fault fault;
    private final int shard;
    private final Witness witness;

    @Nullable
    private final LocalServer target;

    /** What is struck together: the target, and of some faults a replica. */
    private final List<LocalServer> struck;

    private final int changesBefore;
    private String name = "a replica";
    private CompletableFuture<String> slowWork = CompletableFuture.completedFuture("");

    /** Does the fault now. */
    FaultRun(Ground ground, Fault fault) {
        this.ground = ground;
        this.deployment = ground.deployment();
        this.fault = fault;
        this.shard = fault.shard(ground.witnesses().count());
        this.witness = ground.witnesses().shard(shard);
        this.changesBefore = witness.changes().size();
        this.target = target();
        this.struck = struck();
        begin();
    }

    private @Nullable LocalServer target() {
        List<LocalServer> candidates = switch (fault.kind().target()) {
            case PRIMARY -> ground.named(List.of(String.valueOf(witness.primary())));
            case REPLICA -> ground.named(witness.nodes(NodeLane.State.REPLICA));
            case SENTINEL -> deployment.sentinels();
            case NEW_REPLICA, SLOTS -> List.of();
        };
        return candidates.isEmpty()
                ? null
                : candidates.get(fault.choice(ground.witnesses().count(), candidates.size()));
    }

    private List<LocalServer> struck() {
        if (target == null) {
            return List.of();
        }
        List<LocalServer> replicas =
                fault.kind().takesReplicaToo() ? ground.named(witness.nodes(NodeLane.State.REPLICA)) : List.of();
        return replicas.isEmpty()
                ? List.of(target)
                : List.of(target, replicas.get(fault.choice(ground.witnesses().count(), replicas.size())));
    }

    private LocalServer primary() {
        return ground.primary(shard);
    }

    private void begin() {
        if (target == null) {
            if (fault.kind() == FaultKind.ADD_REPLICA) {
                slowly(() -> deployment.addReplica(primary()).name());
            } else if (fault.kind() == FaultKind.MOVE_SLOTS) {
                SlotMover mover = new SlotMover(ground, fault);
                name = mover.name();
                slowly(mover::run);
            } else {
                slowWork = CompletableFuture.failedFuture(new IllegalStateException("there was no server to do it to"));
            }
            return;
        }
        switch (fault.kind()) {
            case KILL_PRIMARY, KILL_REPLICA, KILL_SENTINEL, KILL_PRIMARY_AND_REPLICA ->
                struck.forEach(LocalServer::kill);
            case ISOLATE_PRIMARY, ISOLATE_PRIMARY_AND_REPLICA ->
                deployment.border(struck).forEach(Link::cut);
            case FREEZE_PRIMARY, PAUSE_PRIMARY, PAUSE_REPLICA, PAUSE_SENTINEL -> target.pause();
            case RESTART_PRIMARY ->
                slowly(() -> {
                    target.restart();
                    return target.name();
                });
            case EMPTY_PRIMARY, EMPTY_REPLICA ->
                slowly(() -> {
                    target.restartEmpty();
                    return target.name();
                });
            case REMOVE_REPLICA ->
                slowly(() -> {
                    deployment.remove(target);
                    deployment.addReplica(primary());
                    return target.name();
                });
            case CUT_APP_PRIMARY, CUT_APP_REPLICA ->
                deployment.clientLink(target).cut();
            case CUT_PRIMARY_REPLICA -> deployment.link(primary(), target).cut();
            case SLOW_APP_PRIMARY -> deployment.clientLink(target).slow(fault.delay());
            case SLOW_PRIMARY_REPLICA -> deployment.link(primary(), target).slow(fault.delay());
            case PROMOTE_REPLICA -> slowly(() -> promoted(target));
            case SWITCHOVER -> slowly(() -> switchedOver(target));
            case ADD_REPLICA, MOVE_SLOTS -> throw new IllegalStateException(fault.kind() + " has no target");
        }
    }

    /** The replica asks its primary to stand still until it has caught up; if that takes too long, it has to ask again. */
    private String promoted(LocalServer replica) {
        for (int polls = 0; witness.changes().size() == changesBefore; polls++) {
            if (polls == PROMOTION_POLLS) {
                throw new IllegalStateException("it was not promoted within 30 s");
            }
            if (polls % PROMOTION_POLLS_PER_TRY == 0) {
                replica.command("CLUSTER", "FAILOVER");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return replica.name();
    }

    /** As an operator would do it: again, as long as it is refused because the deployment is not ready for it. */
    private String switchedOver(LocalServer replica) {
        try (Lockstep cache = Lockstep.connect(deployment.uri())) {
            for (int tries = 1; ; tries++) {
                try {
                    cache.switchover(replica.host() + ":" + replica.port());
                    return replica.name();
                } catch (SwitchoverException e) {
                    if (e.changed() || tries == SWITCHOVER_TRIES) {
                        throw e;
                    }
                    LockSupport.parkNanos(SWITCHOVER_PAUSE_NANOS);
                }
            }
        }
    }

    /** What takes seconds must not hold up the other faults. */
    private void slowly(Supplier<String> work) {
        slowWork = CompletableFuture.supplyAsync(work, task -> {
            Thread thread = new Thread(task, "drill-fault");
            thread.setDaemon(true);
            thread.start();
        });
    }

    /** Whether the fault has had its effect, so that it may be healed: a primary is not given back before its successor. */
    BooleanSupplier mayHeal() {
        return switch (fault.kind()) {
            case KILL_PRIMARY, FREEZE_PRIMARY, KILL_PRIMARY_AND_REPLICA, ISOLATE_PRIMARY, ISOLATE_PRIMARY_AND_REPLICA ->
                () -> witness.changes().size() > changesBefore;
            default -> slowWork::isDone;
        };
    }

    void heal() {
        if (target == null) {
            return;
        }
        switch (fault.kind()) {
            case KILL_PRIMARY, KILL_REPLICA, KILL_SENTINEL, KILL_PRIMARY_AND_REPLICA ->
                struck.forEach(LocalServer::restart);
            case ISOLATE_PRIMARY, ISOLATE_PRIMARY_AND_REPLICA ->
                deployment.border(struck).forEach(Link::heal);
            case FREEZE_PRIMARY, PAUSE_PRIMARY, PAUSE_REPLICA, PAUSE_SENTINEL -> target.resume();
            case CUT_APP_PRIMARY, CUT_APP_REPLICA, SLOW_APP_PRIMARY ->
                deployment.clientLink(target).heal();
            case CUT_PRIMARY_REPLICA, SLOW_PRIMARY_REPLICA ->
                deployment.dataNodes().stream()
                        .filter(node -> !node.equals(target))
                        .forEach(node -> deployment.link(node, target).heal());
            case RESTART_PRIMARY,
                    EMPTY_PRIMARY,
                    EMPTY_REPLICA,
                    ADD_REPLICA,
                    REMOVE_REPLICA,
                    PROMOTE_REPLICA,
                    SWITCHOVER,
                    MOVE_SLOTS -> {
                // they end by themselves
            }
        }
    }

    Fault fault() {
        return fault;
    }

    /** Why a fault that ends by itself did not; null if it did, or is none. */
    @Nullable
    Throwable failure() {
        if (!slowWork.isCompletedExceptionally()) {
            return null;
        }
        Throwable failure = slowWork.handle((name, e) -> e).join();
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    int shard() {
        return shard;
    }

    String targetName() {
        Witnesses witnesses = ground.witnesses();
        if (target != null) {
            long late = fault.delay().toMillis();
            return struck.stream().map(server -> witnesses.label(server.name())).collect(Collectors.joining(" and "))
                    + (late == 0 ? "" : " (" + late + " ms)");
        }
        boolean named =
                slowWork.isDone() && failure() == null && !slowWork.join().isEmpty();
        return named ? witnesses.label(slowWork.join()) : name;
    }
}
