package dev.lockstep.client;

import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Position;
import io.lettuce.core.RedisException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The executed writes of a shard that wait until replicas hold them, and the questions to these that tell.
 *
 * <p>Thread-safe. Callers' futures are completed outside of its lock.
 */
final class GroupCommit {
    /* Nobody sends WAIT. The primary's answers already get a position from an INFO that rides along, one for a whole flush;
     * and a replica's INFO says how far it has applied which history. So a write is confirmed when enough replicas have told
     * an offset at or past its own, in the history of the primary that executed it or in one that continues it. All writes
     * of a flush are one group and share one position; one answer of a replica confirms every group up to it; and a replica
     * is asked one question at a time, the next one as soon as it has answered, while anybody waits. That is a group commit
     * whose groups form by themselves: while a question is under way, the next group gathers.
     *
     * What WAIT does wrong cannot happen here. It counts anybody who receives the stream, but here replicas are counted by
     * who they are. It means nothing on a connection that has not written, within MULTI or a script, or after a BLPOP that
     * had to wait, but a position covers whatever was executed before it was told. And nothing queues up behind it.
     *
     * A replica that has been promoted stands in a history of its own: what it tells then confirms nothing that its former
     * primary still executes. So a primary that was replaced and does not know it yet confirms nothing to those who wait
     * for all replicas. When the lineage changes, groups whose position is not part of it are lost, and their callers told. */

    private record Write(Call call, Runnable deliver) {}

    /** The writes of one moment on the primary that ask for the same. */
    private static final class Group {
        final Mark mark;
        final int demand;
        final List<Write> writes = new ArrayList<>();
        /** Set once the mark has told. */
        @Nullable
        Position position;

        Group(Mark mark, int demand) {
            this.mark = mark;
            this.demand = demand;
        }

        long offset() {
            return position == null ? Long.MAX_VALUE : position.offset();
        }

        boolean isDone() {
            return writes.stream().allMatch(write -> write.call().isDone());
        }
    }

    /** What there is to know of the shard. */
    interface Scene {
        String name();

        @Nullable
        Lineage lineage();

        List<Replicas.Copy> copies();

        LockstepStats stats();
    }

    private final Scene shard;

    // Guarded by this.
    private final Map<Integer, Group> gathering = new HashMap<>();
    private final Map<Integer, PriorityQueue<Group>> waiting = new HashMap<>();
    private long furthest = -1; // that anybody waits for, or has waited for
    private volatile boolean anybody; // waits

    GroupCommit(Scene shard) {
        this.shard = shard;
    }

    /**
     * Takes a write that its primary has executed.
     *
     * @param mark the moment that covers it; null if whoever executed it is not the primary any more
     * @param deliver gives the primary's answer to the caller
     */
    void await(Call call, @Nullable Mark mark, Runnable deliver) {
        Durability durability = call.policy.durability();
        if (mark == null) {
            call.fail(lost(call, "by a node that is not the primary any more"));
            return;
        }
        Group fresh = null;
        synchronized (this) {
            Group group = gathering.get(durability.demand());
            if (group == null || group.mark != mark) {
                group = new Group(mark, durability.demand());
                gathering.put(durability.demand(), group);
                fresh = group;
            }
            group.writes.add(new Write(call, deliver));
            Group its = group;
            call.confirming(when -> unconfirmed(call, its, when), System.nanoTime());
        }
        if (fresh != null) {
            Group group = fresh;
            mark.whenSettled(() -> positioned(group));
        }
    }

    private void positioned(Group group) {
        Position position = group.mark.position();
        boolean isLost = false;
        synchronized (this) {
            gathering.remove(group.demand, group);
            if (position != null) {
                group.position = position;
                isLost = isLost(group);
                if (!isLost) {
                    waiting.computeIfAbsent(
                                    group.demand,
                                    demand -> new PriorityQueue<>(Comparator.comparingLong(Group::offset)))
                            .add(group);
                    furthest = Math.max(furthest, group.offset());
                    anybody = true;
                }
            }
        }
        if (position == null) {
            group.writes.forEach(write -> write.call().fail(untold(write.call())));
        } else if (isLost) {
            lose(group);
        } else {
            heard();
        }
    }

    private boolean isLost(Group group) {
        Lineage lineage = shard.lineage();
        return group.position != null && lineage != null && !lineage.survives(group.position);
    }

    /** Something is known that was not: how far a replica is, or which replicas there are. */
    void heard() {
        if (anybody) {
            heard(shard.copies());
        }
    }

    private void heard(List<Replicas.Copy> copies) {
        List<Group> confirmed = new ArrayList<>();
        long wanted;
        synchronized (this) {
            boolean left = false;
            for (PriorityQueue<Group> groups : waiting.values()) {
                Group head = groups.peek();
                long covered = head == null ? -1 : covered(copies, head.demand);
                while (head != null && head.offset() <= covered) {
                    confirmed.add(groups.poll());
                    head = groups.peek();
                }
                left |= head != null;
            }
            anybody = left;
            wanted = left ? furthest : -1;
        }
        for (Group group : confirmed) {
            shard.stats().confirmed.add(group.writes.size());
            group.writes.forEach(write -> write.deliver().run());
        }
        for (Replicas.Copy copy : copies) {
            if (copy.counts() && copy.applied() < wanted) {
                copy.ask().run();
            }
        }
    }

    /** Up to which offset enough replicas hold everything; -1 if nothing is held by enough of them. */
    private static long covered(List<Replicas.Copy> copies, int demand) {
        long[] applied = copies.stream()
                .filter(Replicas.Copy::counts)
                .mapToLong(Replicas.Copy::applied)
                .sorted()
                .toArray();
        int from = demand == Durability.ALL ? 0 : applied.length - demand;
        return applied.length == 0 || from < 0 ? -1 : applied[from];
    }

    /** There is a new lineage: what is not part of it is lost. */
    void rebased() {
        List<Group> gone = new ArrayList<>();
        synchronized (this) {
            furthest = -1;
            for (PriorityQueue<Group> groups : waiting.values()) {
                for (Iterator<Group> each = groups.iterator(); each.hasNext(); ) {
                    Group group = each.next();
                    if (isLost(group)) {
                        each.remove();
                        gone.add(group);
                    } else {
                        furthest = Math.max(furthest, group.offset());
                    }
                }
            }
        }
        gone.forEach(this::lose);
        heard();
    }

    private void lose(Group group) {
        for (Write write : group.writes) {
            write.call().fail(lost(write.call(), "by a primary that a failover has replaced"));
        }
    }

    private NotDurableException lost(Call call, String how) {
        return new NotDurableException(
                call.name() + " was executed " + how + ", before enough replicas held it (" + call.policy.durability()
                        + "): the present primary of shard " + shard.name()
                        + " does not hold it, or cannot be shown to. Read the key, and write it again if it is gone",
                List.of(),
                List.of(),
                true);
    }

    private RedisException untold(Call call) {
        return new OutcomeUnknownException(call.name() + " was executed by the primary of shard " + shard.name()
                + ", which did not tell its replication offset afterwards: it was lost, or refuses INFO (grant the user"
                + " +info). So nobody can say whether replicas hold it: read the key before repeating it");
    }

    /** What is known of a write whose time is up. */
    private RedisException unconfirmed(Call call, Group group, String when) {
        Position position = group.position;
        List<NodeAddress> holders = new ArrayList<>();
        List<NotDurableException.Lacking> lacking = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (Replicas.Copy copy : shard.copies()) {
            if (!copy.counts()) {
                others.add(copy.address().toString());
            } else if (position != null && copy.applied() >= position.offset()) {
                holders.add(copy.address());
            } else {
                long missing = position == null || copy.applied() < 0 ? -1 : position.offset() - copy.applied();
                lacking.add(new NotDurableException.Lacking(copy.address(), missing, copy.problem()));
            }
        }
        StringBuilder text = new StringBuilder(call.name()).append(" was executed by the primary of shard ");
        text.append(shard.name()).append(", and not confirmed by ");
        text.append(group.demand == Durability.ALL ? "all replicas " : group.demand + " replicas ")
                .append(when);
        text.append(": ").append(holders.isEmpty() ? "none holds it" : "held by " + joined(holders));
        if (!lacking.isEmpty()) {
            text.append("; ").append(joined(lacking));
        } else if (holders.isEmpty()) {
            text.append(", as there are no replicas that could be promoted");
        }
        if (!others.isEmpty()) {
            text.append("; not counted, as they are never promoted: ").append(joined(others));
        }
        text.append(
                ". It may still be lost if the primary dies. Bring the replicas back, or write it again if that is safe");
        return new NotDurableException(text.toString(), holders, lacking, false);
    }

    private static String joined(List<?> all) {
        return String.join(", ", all.stream().map(String::valueOf).toList());
    }

    /** Forgets groups whose callers have all been told that time is up. */
    void sweep() {
        synchronized (this) {
            waiting.values().forEach(groups -> groups.removeIf(Group::isDone));
        }
        heard();
    }
}
