package dev.lockstep.drill;

import dev.lockstep.drill.CopyDrillSettings.Kind;
import dev.lockstep.drill.CopyPlan.Strike;
import dev.lockstep.local.LocalRedisException;
import dev.lockstep.local.LocalServer;
import dev.lockstep.sync.SyncProgress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Whoever does the faults of a drill of copies, one after another: each is done, healed, and over when both deployments are
 * whole again.
 */
final class CopyStriker {

    private static final Duration BOUND = Duration.ofSeconds(90);
    private static final int SLOTS = 240;
    private static final int MOVE_TRIES = 50;
    private static final long PAUSE_MILLIS = 200;

    private final CopySide source;
    private final CopySide target;
    private final Copier copier;
    private final Patience patience;
    private final LongConsumer killed;
    private final List<CopyResult.Kill> kills = new ArrayList<>();

    /** @param killed told when a copier was killed */
    CopyStriker(CopySide source, CopySide target, Copier copier, Patience patience, LongConsumer killed) {
        this.killed = killed;
        this.source = source;
        this.target = target;
        this.copier = copier;
        this.patience = patience;
    }

    /** Every copier that was killed until now. */
    synchronized List<CopyResult.Kill> kills() {
        return List.copyOf(kills);
    }

    /**
     * Does it, heals it, and waits until both sides are whole.
     *
     * @throws IllegalStateException if a deployment does not recover
     */
    CopyResult.Struck strike(Strike strike) throws InterruptedException {
        long from = patience.clock().getAsLong();
        SyncProgress.Phase phase = copier.state().phase();
        Thread killing = new Thread(
                () -> {
                    try {
                        TimeUnit.MILLISECONDS.sleep(strike.lasting().toMillis() / 2 + strike.pick() % 700);
                        replaceCopier(strike.pick());
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "drill-killer");
        if (strike.killsToo()) {
            killing.start();
        }
        String victim = apply(strike);
        if (strike.killsToo()) {
            killing.join();
        }
        long healed = patience.clock().getAsLong();
        patience.await(
                source::isWhole,
                BOUND,
                "the source is whole after " + strike.fault().id());
        patience.await(
                target::isWhole,
                BOUND,
                "the target is whole after " + strike.fault().id());
        return new CopyResult.Struck(
                strike.fault(),
                victim + (strike.killsToo() ? ", and the copier" : ""),
                phase,
                from,
                healed,
                patience.clock().getAsLong());
    }

    private String apply(Strike strike) throws InterruptedException {
        return switch (strike.fault()) {
            case KILL_COPIER -> {
                replaceCopier((int) strike.lasting().toMillis());
                yield "the copier";
            }
            case CUT_COPIER -> cut(strike.pick());
            case KILL_SOURCE -> kill(source, strike);
            case KILL_TARGET -> kill(target, strike);
            case LOSE_SOURCE -> lose(strike);
            case FREEZE_SOURCE -> freeze(source, strike);
            case FREEZE_TARGET -> freeze(target, strike);
            case MOVE_TARGET_SLOTS -> move(target, strike.pick());
            case MOVE_SOURCE_SLOTS -> move(source, strike.pick());
        };
    }

    private void replaceCopier(int pauseMillis) throws InterruptedException {
        CopierState before = copier.kill();
        long at = patience.clock().getAsLong();
        synchronized (this) {
            kills.add(new CopyResult.Kill(at, before.phase()));
        }
        killed.accept(at);
        TimeUnit.MILLISECONDS.sleep(pauseMillis);
        copier.start();
    }

    /** At the source all who read its stream, which are replicas too; at the target all clients. */
    private String cut(int pick) {
        CopySide side = pick % 2 == 0 ? source : target;
        for (LocalServer node : side.deployment().dataNodes()) {
            node.command("CLIENT", "KILL", "TYPE", pick % 2 == 0 ? "replica" : "normal", "SKIPME", "yes");
        }
        return "connections to every node of the " + (pick % 2 == 0 ? "source" : "target");
    }

    private static LocalServer primary(CopySide side, int pick) {
        List<LocalServer> primaries = side.deployment().primaries();
        return primaries.get(pick % primaries.size());
    }

    private String kill(CopySide side, Strike strike) throws InterruptedException {
        LocalServer primary = primary(side, strike.pick());
        primary.kill();
        if (side.kind() != Kind.STANDALONE) {
            patience.await(
                    () -> side.isReplaced(primary), BOUND, "another node takes the place of " + side.label(primary));
        }
        TimeUnit.MILLISECONDS.sleep(strike.lasting().toMillis());
        primary.restart();
        return side.label(primary);
    }

    /**
     * One replica gets nothing for a while, then the primary dies, and that replica has to take its place. Another one, from
     * which the copy may be fed, has what it lacks.
     */
    private String lose(Strike strike) throws InterruptedException {
        LocalServer primary = primary(source, strike.pick());
        List<LocalServer> replicas = source.replicas(primary);
        LocalServer next = replicas.stream()
                .filter(replica ->
                        CopySide.replication(replica, "connected_slaves").equals("0"))
                .findFirst()
                .orElse(replicas.get(0));
        List<LocalServer> others =
                replicas.stream().filter(replica -> !replica.equals(next)).toList();
        others.forEach(replica -> replica.command("CONFIG", "SET", "replica-priority", "0"));
        if (!others.isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(
                    11_000); // until Sentinels have asked for the priority, which they do every 10 s
        }
        try {
            source.deployment().link(primary, next).cut();
            TimeUnit.MILLISECONDS.sleep(strike.lasting().toMillis());
            primary.kill();
            patience.await(
                    () -> source.isReplaced(primary), BOUND, "a replica takes the place of " + source.label(primary));
        } finally {
            source.deployment().link(primary, next).heal();
            others.forEach(replica -> replica.command("CONFIG", "SET", "replica-priority", "100"));
        }
        primary.restart();
        return source.label(primary) + ", in favour of " + next.name() + " which lacked "
                + DrillSettings.text(strike.lasting());
    }

    private String freeze(CopySide side, Strike strike) throws InterruptedException {
        List<LocalServer> nodes = side.deployment().dataNodes();
        LocalServer node = nodes.get(strike.pick() % nodes.size());
        node.pause();
        try {
            TimeUnit.MILLISECONDS.sleep(strike.lasting().toMillis());
        } finally {
            node.resume();
        }
        return side.label(node) + " for " + DrillSettings.text(strike.lasting());
    }

    private String move(CopySide side, int pick) throws InterruptedException {
        List<LocalServer> primaries = side.deployment().primaries();
        LocalServer from = primaries.get(pick % primaries.size());
        LocalServer to = primaries.get((pick + 1 + pick % (primaries.size() - 1)) % primaries.size());
        List<Integer> owned = CopySide.slots(from);
        int first = pick * 13 % Math.max(1, owned.size() - SLOTS);
        List<Integer> slots = owned.subList(first, Math.min(owned.size(), first + SLOTS));
        for (int tries = 1; ; tries++) {
            try {
                side.deployment().moveSlots(from, to, slots).run();
                return slots.size() + " slots of " + side.label(from) + " to " + to.name();
            } catch (LocalRedisException e) {
                if (tries == MOVE_TRIES) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        }
    }
}
