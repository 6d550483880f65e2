package dev.lockstep.client;

import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What failovers may take back of a shard's acknowledged writes, what they did take back, and what is done about it. */
final class Losses {

    private static final long ASK_MILLIS = 100;
    /** Of the commands that name no key those that change data; the others change a server or a connection. */
    private static final Set<String> WITHOUT_KEYS = Set.of("FLUSHALL", "FLUSHDB", "SWAPDB");

    private final ShardRoute shard;
    private final Events events;
    private final WriteJournal journal;
    private final Repair repair;
    private final AtomicBoolean asking = new AtomicBoolean();

    Losses(ShardRoute shard, Events events, long journalBytes) {
        this.shard = shard;
        this.events = events;
        this.journal = new WriteJournal(journalBytes);
        this.repair = new Repair(shard, this);
    }

    /**
     * A write was executed and is about to be acknowledged: it is remembered until it cannot be lost.
     *
     * @param mark null if whoever executed it is not the primary any more
     */
    void wrote(Call call, @Nullable Mark mark) {
        KeySpec spec = KeySpec.of(call.command.getType());
        if (spec != KeySpec.NONE || WITHOUT_KEYS.contains(call.command.getType().toString())) {
            wrote(mark, call.request, spec, call.policy.repair());
        }
    }

    /** The same of what was not called by itself. */
    void wrote(@Nullable Mark mark, Request request, KeySpec spec, RepairPolicy policy) {
        boolean invalidates = policy == RepairPolicy.INVALIDATE;
        if (mark == null) {
            tellLostAtOnce(request, spec, invalidates);
            return;
        }
        long forgotten = journal.add(mark, request, spec, invalidates);
        if (forgotten > 0) {
            events.writesForgotten(shard.name(), forgotten, this::whyUnconfirmed);
        }
        if (!asking.get() && asking.compareAndSet(false, true)) {
            shard.later(ASK_MILLIS, this::ask);
        }
    }

    private String whyUnconfirmed() {
        return shard.copies().stream().noneMatch(Replicas.Copy::counts)
                ? "It has no replica that could be promoted, so nothing holds them but its primary"
                : "Give it more room (journalBytes), or see why a replica does not keep up";
    }

    private void tellLostAtOnce(Request request, KeySpec spec, boolean invalidates) {
        Mark never = new Mark(-1, 0);
        never.settle(null);
        WriteJournal alone = new WriteJournal(Long.MAX_VALUE);
        alone.add(never, request, spec, invalidates);
        Lineage lineage = shard.lineage();
        if (lineage != null) {
            tell(alone.rebased(shard.name(), lineage));
        }
    }

    /** Asks the replicas how far they are while anything is remembered. */
    private void ask() {
        asking.set(false);
        if (!letGo() && !shard.isAllClosed()) {
            shard.copies().stream()
                    .filter(Replicas.Copy::counts)
                    .forEach(copy -> copy.ask().run());
            if (asking.compareAndSet(false, true)) {
                shard.later(ASK_MILLIS, this::ask);
            }
        }
    }

    /** Forgets what all replicas that may be promoted hold. Returns whether nothing else is remembered. */
    boolean letGo() {
        Lineage lineage = shard.lineage();
        if (journal.isEmpty() || lineage == null) {
            return journal.isEmpty();
        }
        long least = shard.copies().stream()
                .filter(Replicas.Copy::counts)
                .mapToLong(Replicas.Copy::applied)
                .min()
                .orElse(-1);
        return !journal.confirmed(least, lineage);
    }

    /** Whether nothing is remembered. */
    boolean isEmpty() {
        return journal.isEmpty();
    }

    /** There is a new lineage: what is not part of it is lost. */
    void rebased(Lineage lineage) {
        tell(journal.rebased(shard.name(), lineage));
    }

    private void tell(@Nullable LostWrites lost) {
        if (lost != null) {
            repair.wants(lost.writes());
            events.writesLost(lost);
        }
    }

    /** The shard is no more: its keys are other shards' now. */
    void close() {
        journal.clear();
    }

    /** Writes to a new primary what it must not show; false if there is nothing. */
    boolean repairOn(NodeLink link) {
        return repair.sendOn(link);
    }
}
