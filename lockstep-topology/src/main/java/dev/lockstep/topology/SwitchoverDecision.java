package dev.lockstep.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The decision whether a Sentinel group may be switched over now, and how: a pure function of what was seen of it.
 *
 * @param sentinel who is to be told to do it
 * @param candidates the replicas that a sentinel might choose; each must have everything before one is chosen
 * @param target the one that it shall choose; null if any of them
 * @param priorities the replica-priorities of the candidates; empty without a target
 * @param changes which of them have to be set for the sentinels to choose the target
 */
record SwitchoverDecision(
        NodeAddress sentinel,
        List<NodeAddress> candidates,
        @Nullable NodeAddress target,
        Map<NodeAddress, Integer> priorities,
        Map<NodeAddress, Integer> changes) {
    /* A sentinel chooses by what it knows, which may be ten seconds old. So it is not enough that the wanted replica is in
     * step: whatever a sentinel might choose has to be. A replica that is away might come back, with what it had when it
     * went, between the last look and the choice. */

    /** @throws SwitchoverException if it would not be safe, or cannot be done, with the reason */
    static SwitchoverDecision of(GroupSight group, @Nullable NodeAddress wanted) {
        checkSentinels(group);
        checkPrimary(group);
        NodeAddress target = wanted == null ? null : target(group, wanted);
        List<NodeAddress> candidates = candidates(group);
        NodeAddress sentinel = chooser(group, target, candidates);
        Map<NodeAddress, Integer> priorities = new TreeMap<>();
        Map<NodeAddress, Integer> changes = Map.of();
        if (target != null) {
            for (NodeAddress candidate : candidates) {
                Integer own = group.priority(candidate);
                if (own != null) {
                    priorities.put(candidate, own);
                }
            }
            changes = PriorityPlan.changes(priorities, target);
        }
        return new SwitchoverDecision(sentinel, candidates, target, priorities, changes);
    }

    private static void checkSentinels(GroupSight group) {
        Set<String> ids = group.sentinels().stream().map(SentinelSight::id).collect(Collectors.toSet());
        int known = 1
                + group.sentinels().stream()
                        .mapToInt(SentinelSight::others)
                        .max()
                        .orElse(0);
        if (ids.size() * 2 <= known) {
            throw SwitchoverException.refused("only " + ids.size() + " of " + known
                    + " sentinels answer, and a majority must; " + silent(group) + "bring them back");
        }
        for (SentinelSight sentinel : group.sentinels()) {
            if (!sentinel.primary().equals(group.primary())) {
                throw SwitchoverException.refused("sentinel " + sentinel.address() + " names " + sentinel.primary()
                        + " as the primary, but " + group.primary()
                        + " is; if a failover is under way, try again in some seconds");
            }
            if (!sentinel.flags().equals(Set.of("master"))) {
                throw SwitchoverException.refused("sentinel " + sentinel.address() + " says of the primary: "
                        + String.join(", ", new TreeSet<>(sentinel.flags()))
                        + "; expected no more than: master. Try again when it does");
            }
        }
    }

    private static String silent(GroupSight group) {
        return group.silent().isEmpty()
                ? ""
                : group.silent().values().stream().sorted().collect(Collectors.joining("; ")) + "; ";
    }

    private static void checkPrimary(GroupSight group) {
        ReplicationInfo info = group.told().get(group.primary());
        if (info == null || info.role() != Role.PRIMARY) {
            throw SwitchoverException.refused("the primary " + group.primary() + " "
                    + (info == null ? "does not answer" : "says that it is a replica")
                    + "; this is for a failover, not for a switchover");
        }
    }

    private static NodeAddress target(GroupSight group, NodeAddress wanted) {
        if (wanted.equals(group.primary())) {
            throw SwitchoverException.refused(wanted + " is the primary of " + group.name() + " already");
        }
        NodeAddress target = group.replicas().stream()
                .filter(replica ->
                        replica.equals(wanted) || group.announced(replica).equals(wanted))
                .findFirst()
                .orElseThrow(() -> SwitchoverException.refused(wanted + " is no replica of " + group.name()
                        + " that its sentinels know; they know " + group.replicas()));
        if (Integer.valueOf(0).equals(group.priority(target))) {
            throw SwitchoverException.refused(target + " has replica-priority 0, which says that it must never be"
                    + " primary; to allow it, set another one (CONFIG SET replica-priority 100)");
        }
        return target;
    }

    private static List<NodeAddress> candidates(GroupSight group) {
        if (group.replicas().isEmpty()) {
            throw SwitchoverException.refused(
                    group.name() + " has no replica that its sentinels know; add one, and wait until it is in sync");
        }
        ReplicationInfo leads = group.told().get(group.primary());
        List<NodeAddress> candidates = new ArrayList<>();
        for (NodeAddress replica : group.replicas()) {
            if (!group.isPromotable(replica)) {
                continue;
            }
            ReplicationInfo copy = group.told().get(replica);
            String objection = copy == null || leads == null
                    ? "does not answer, and a sentinel might choose it when it comes back: "
                            + group.silent().getOrDefault(replica, "nothing was heard of it")
                            + ". Bring it back, or have every sentinel forget it (SENTINEL RESET " + group.name() + ")"
                    : CopyCheck.objection(group.primary(), leads, copy);
            if (objection != null) {
                throw SwitchoverException.refused("replica " + replica + " " + objection);
            }
            candidates.add(replica);
        }
        if (candidates.isEmpty()) {
            throw SwitchoverException.refused("all replicas of " + group.name() + " (" + group.replicas()
                    + ") have replica-priority 0, which says that they must never be primary");
        }
        return candidates;
    }

    private static NodeAddress chooser(GroupSight group, @Nullable NodeAddress target, List<NodeAddress> candidates) {
        List<String> why = new ArrayList<>();
        for (SentinelSight sentinel : group.sentinels()) {
            boolean seesOne = sentinel.replicas().stream()
                    .anyMatch(replica -> replica.isWell()
                            && (target == null
                                    ? candidates.contains(replica.address())
                                    : target.equals(replica.address())));
            if (sentinel.tilt()) {
                why.add(sentinel.address() + " is in TILT mode and acts on nothing for 30 s");
            } else if (sentinel.noQuorum() != null) {
                why.add(sentinel.noQuorum());
            } else if (!seesOne) {
                why.add(sentinel.address() + " does not see "
                        + (target == null ? "any replica that may be promoted" : target) + " well");
            } else {
                return sentinel.address();
            }
        }
        throw SwitchoverException.refused("no sentinel can do it now: " + String.join("; ", why));
    }
}
