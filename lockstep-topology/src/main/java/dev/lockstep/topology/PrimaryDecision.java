package dev.lockstep.topology;

import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The decision who is primary of a shard: a pure function of what was believed and what was observed.
 *
 * @param belief what to believe from now on
 * @param why on what grounds another node was accepted, for people; null if none was
 */
record PrimaryDecision(Belief belief, @Nullable String why) {
    /* Nobody is believed about another; every rule ends with the node's own answer that it is a primary. In order:
     *
     *  1. A majority of all witnesses (the sentinels; or the map of a cluster, which is one witness and names who claims
     *     the shard's slots) names another node in a higher epoch than any accepted before: it is the primary, even while
     *     the old one still answers (it is being demoted and does not know it yet).
     *  2. The primary answers as a primary: it stays. Its history may be a new one (restarted in place).
     *  3. It is silent or says that it is a replica. Then, from the strongest evidence to the weakest:
     *     a. any witness names another in a higher epoch: epochs are only handed out by a majority, so this is news;
     *     b. it follows a primary now, in whose history it is;
     *     c. another primary continues its history: a node that was promoted a moment ago. Sentinels will tell 0.75 to
     *        2 s later, the other nodes of a cluster within a heartbeat of their bus;
     *     d. a majority has named another for PATIENCE: an aborted failover, or sentinels that were set up anew.
     *        In a cluster: slots that were handed back without a new epoch (DELSLOTS, ADDSLOTS).
     *  4. Else the old one stays, silent; or, if it said that it is a replica, there is none.
     *
     * An epoch alone does not make news: after two failovers in short order the second may be known by 3c while the first
     * is still being announced. A node whose history the present one continues is older, whatever the epoch.
     *
     * So an old primary that comes back from the dead and still calls itself primary changes nothing: its history does
     * not continue the present one (3c), and witnesses that name it are either fewer or in an older epoch (1, 3a).
     * In a cluster its own claim has the lower epoch, so that the map does not name it at all.
     *
     * Rule 3c must not fall for a copy that somebody detached (REPLICAOF NO ONE) for a backup: such a stray called
     * itself primary while the real one demonstrably still was, which the successor of a dead primary cannot do. */

    static final long PATIENCE = Duration.ofSeconds(10).toNanos();

    static PrimaryDecision of(Belief before, Evidence evidence, long now) {
        if (before.primary() == null) {
            return evidence.settled() ? first(before, evidence, now) : new PrimaryDecision(before, null);
        }
        PrimaryWord majority = evidence.majority();
        if (majority != null && isNews(majority, before, evidence)) {
            return accept(majority.primary(), majority.epoch(), evidence, now, "a majority names it in a newer epoch");
        }
        NodeSight current = evidence.node(before.primary());
        if (current != null && current.answersAsPrimary()) {
            return new PrimaryDecision(stillPrimary(before, current, evidence, now), null);
        }
        PrimaryDecision successor = successor(before, current, evidence, now);
        if (successor != null) {
            return successor;
        }
        boolean outOfPatience = now - before.verifiedAt() >= PATIENCE;
        if (outOfPatience && majority != null && !majority.primary().equals(before.primary())) {
            if (evidence.answersAsPrimary(majority.primary())) {
                return accept(
                        majority.primary(),
                        majority.epoch(),
                        evidence,
                        now,
                        "the former primary stays away and a majority names this one");
            }
        }
        boolean demoted = current != null && current.answersAsReplica();
        return new PrimaryDecision(demoted ? before.asDemoted() : before, null);
    }

    /** Without any belief: the newest word, unless a node that answers goes beyond it. */
    private static PrimaryDecision first(Belief before, Evidence evidence, long now) {
        PrimaryWord word = evidence.newest();
        NodeSight named = word == null ? null : evidence.node(word.primary());
        String history = named == null ? null : named.history();
        if (word == null || named == null || history == null) {
            return new PrimaryDecision(before, null);
        }
        Belief start = new Belief(named.address(), false, history, word.epoch(), now, Set.of());
        PrimaryDecision newer = successor(start, named, evidence, now);
        if (newer != null) {
            return newer;
        }
        return named.answersAsPrimary()
                ? accept(named.address(), word.epoch(), evidence, now, "first seen")
                : new PrimaryDecision(before, null);
    }

    private static Belief stillPrimary(Belief before, NodeSight current, Evidence evidence, long now) {
        long epoch = before.epoch();
        for (PrimaryWord word : evidence.words()) {
            if (word.primary().equals(current.address())) {
                epoch = Math.max(epoch, word.epoch());
            }
        }
        Set<String> strays = new HashSet<>();
        for (NodeSight node : evidence.all()) {
            String history = node.history();
            boolean known = history != null && before.strays().contains(history);
            if (!node.equals(current) && node.saysPrimary() && history != null) {
                if (known || current.askedAt() > node.primarySince()) {
                    strays.add(history);
                }
            }
        }
        String history = Objects.requireNonNull(current.history());
        return new Belief(current.address(), false, history, epoch, now, strays);
    }

    private static @Nullable PrimaryDecision successor(
            Belief before, @Nullable NodeSight current, Evidence evidence, long now) {
        PrimaryWord newest = evidence.newest();
        if (newest != null && isNews(newest, before, evidence)) {
            return accept(newest.primary(), newest.epoch(), evidence, now, "somebody names it in a newer epoch");
        }
        if (current != null && current.answersAsReplica() && current.info() != null) {
            NodeSight followed = evidence.node(current.info().primary());
            if (followed != null && followed.answersAsPrimary() && continues(followed, current, before, evidence)) {
                return accept(followed.address(), before.epoch(), evidence, now, "the former primary follows it");
            }
        }
        NodeSight promoted = null;
        for (NodeSight node : evidence.all()) {
            String history = node.history();
            if (!node.address().equals(before.primary())
                    && node.answersAsPrimary()
                    && history != null
                    && !before.strays().contains(history)
                    && evidence.histories().descends(history, before.history())) {
                promoted = promoted == null ? node : better(promoted, node, evidence.histories());
            }
        }
        return promoted == null
                ? null
                : accept(promoted.address(), before.epoch(), evidence, now, "it continues the former one's history");
    }

    private static boolean continues(NodeSight followed, NodeSight current, Belief before, Evidence evidence) {
        String history = Objects.requireNonNull(followed.history());
        return history.equals(current.history()) || evidence.histories().descends(history, before.history());
    }

    /** Of two successors the one that came later, else the one that kept more, else the lower address. */
    private static NodeSight better(NodeSight one, NodeSight other, HistoryGraph histories) {
        ReplicationInfo oneInfo = Objects.requireNonNull(one.info());
        ReplicationInfo otherInfo = Objects.requireNonNull(other.info());
        String oneHistory = oneInfo.position().history();
        String otherHistory = otherInfo.position().history();
        if (histories.descends(oneHistory, otherHistory)) {
            return one;
        }
        if (histories.descends(otherHistory, oneHistory)) {
            return other;
        }
        int byCut = Long.compare(oneInfo.parentCut(), otherInfo.parentCut());
        int order = byCut != 0 ? byCut : other.address().compareTo(one.address());
        return order >= 0 ? one : other;
    }

    /** Whether a word names another node in a newer epoch, and that node confirms it. */
    private static boolean isNews(PrimaryWord word, Belief before, Evidence evidence) {
        NodeSight named = evidence.node(word.primary());
        String history = named == null ? null : named.history();
        return word.epoch() > before.epoch()
                && !word.primary().equals(before.primary())
                && named != null
                && named.answersAsPrimary()
                && history != null
                && !evidence.histories().descends(before.history(), history);
    }

    private static PrimaryDecision accept(NodeAddress node, long epoch, Evidence evidence, long now, String why) {
        String history = Objects.requireNonNull(
                Objects.requireNonNull(evidence.node(node)).history());
        return new PrimaryDecision(new Belief(node, false, history, epoch, now, Set.of()), why);
    }
}
