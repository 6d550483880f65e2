package dev.lockstep.drill;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalServer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One fault being done to a deployment: it begins when it is made, is healed by {@link #heal}, and then settles. */
final class FaultRun {
    private final LocalDeployment deployment;
    private final Fault fault;
    private final Witness witness;

    @Nullable
    private final LocalServer target;

    private final int changesBefore;
    private CompletableFuture<String> slowWork = CompletableFuture.completedFuture("");

    /** Does the fault now. */
    FaultRun(LocalDeployment deployment, Witness witness, Fault fault) {
        this.deployment = deployment;
        this.witness = witness;
        this.fault = fault;
        this.changesBefore = witness.changes().size();
        this.target = target();
        begin();
    }

    private @Nullable LocalServer target() {
        List<LocalServer> candidates = switch (fault.kind().target()) {
            case PRIMARY -> named(List.of(String.valueOf(witness.primary())));
            case REPLICA -> named(witness.nodes(NodeLane.State.REPLICA));
            case SENTINEL -> deployment.sentinels();
            case NEW_REPLICA -> List.of();
        };
        return candidates.isEmpty() ? null : candidates.get(fault.pick() % candidates.size());
    }

    private List<LocalServer> named(List<String> names) {
        return deployment.dataNodes().stream()
                .filter(node -> names.contains(node.name()))
                .toList();
    }

    private LocalServer primary() {
        return deployment.server(String.valueOf(witness.primary()));
    }

    private void begin() {
        if (target == null) {
            if (fault.kind() == FaultKind.ADD_REPLICA) {
                slowly(() -> deployment.addReplica().name());
            } else {
                slowWork = CompletableFuture.failedFuture(new IllegalStateException("there was no server to do it to"));
            }
            return;
        }
        switch (fault.kind()) {
            case KILL_PRIMARY, KILL_REPLICA, KILL_SENTINEL -> target.kill();
            case FREEZE_PRIMARY, PAUSE_PRIMARY, PAUSE_REPLICA, PAUSE_SENTINEL -> target.pause();
            case RESTART_PRIMARY ->
                slowly(() -> {
                    target.restart();
                    return target.name();
                });
            case EMPTY_REPLICA ->
                slowly(() -> {
                    target.restartEmpty();
                    return target.name();
                });
            case REMOVE_REPLICA ->
                slowly(() -> {
                    deployment.remove(target);
                    deployment.addReplica();
                    return target.name();
                });
            case CUT_APP_PRIMARY, CUT_APP_REPLICA ->
                deployment.clientLink(target).cut();
            case CUT_PRIMARY_REPLICA -> deployment.link(primary(), target).cut();
            case SLOW_APP_PRIMARY -> deployment.clientLink(target).slow(fault.delay());
            case SLOW_PRIMARY_REPLICA -> deployment.link(primary(), target).slow(fault.delay());
            case ADD_REPLICA -> throw new IllegalStateException("A new replica has no target");
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
            case KILL_PRIMARY, FREEZE_PRIMARY -> () -> witness.changes().size() > changesBefore;
            default -> slowWork::isDone;
        };
    }

    void heal() {
        if (target == null) {
            return;
        }
        switch (fault.kind()) {
            case KILL_PRIMARY, KILL_REPLICA, KILL_SENTINEL -> target.restart();
            case FREEZE_PRIMARY, PAUSE_PRIMARY, PAUSE_REPLICA, PAUSE_SENTINEL -> target.resume();
            case CUT_APP_PRIMARY, CUT_APP_REPLICA, SLOW_APP_PRIMARY ->
                deployment.clientLink(target).heal();
            case CUT_PRIMARY_REPLICA, SLOW_PRIMARY_REPLICA ->
                deployment.dataNodes().stream()
                        .filter(node -> !node.equals(target))
                        .forEach(node -> deployment.link(node, target).heal());
            case RESTART_PRIMARY, EMPTY_REPLICA, ADD_REPLICA, REMOVE_REPLICA -> {
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

    String targetName() {
        if (target != null) {
            long late = fault.delay().toMillis();
            return late == 0 ? target.name() : target.name() + " (" + late + " ms)";
        }
        return slowWork.isDone() && failure() == null && !slowWork.join().isEmpty() ? slowWork.join() : "a replica";
    }
}
