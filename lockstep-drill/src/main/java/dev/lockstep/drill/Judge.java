package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns a history into a verdict. A pure function. */
final class Judge {
    /** Fewer calls within a fault prove nothing about it; the shard that it strikes must have its share of them. */
    static final int CALLS_PER_FAULT = 200;

    private Judge() {}

    /**
     * What happened around the client.
     *
     * @param replicaWasUp whether any replica was in step with its primary during the drill
     * @param problem why not every fault could be done; null if they could
     */
    record Surroundings(
            List<FaultWindow> faults,
            long lengthNanos,
            boolean replicaWasUp,
            @Nullable String problem) {}

    /**
     * Judges one client.
     *
     * @param readsByReplica reads that a replica answered; -1 if nobody counted
     */
    static ClientResult judge(
            String name, List<String> settings, History history, Surroundings surroundings, long readsByReplica) {
        List<Finding> findings = Checker.all(surroundings.faults()).stream()
                .flatMap(checker -> checker.check(history).stream())
                .sorted(Comparator.comparing(Finding::anomaly))
                .toList();
        Figures figures = Measurement.figures(history, surroundings.lengthNanos(), readsByReplica);
        return new ClientResult(
                name,
                settings,
                verdict(history, findings, surroundings, readsByReplica),
                findings,
                figures,
                Measurement.throughput(history, findings, surroundings.lengthNanos()));
    }

    private static Verdict verdict(
            History history, List<Finding> findings, Surroundings surroundings, long readsByReplica) {
        List<String> broken = new ArrayList<>();
        List<String> unseen = new ArrayList<>();
        for (Finding finding : findings) {
            int count = finding.violations().size();
            if (count > 0) {
                broken.add(finding.anomaly().title() + ": " + count + " of " + finding.judged() + " judged");
            } else if (finding.judged() == 0) {
                unseen.add("No call could show whether this happens: "
                        + finding.anomaly().title());
            }
        }
        if (!broken.isEmpty()) {
            return new Verdict(Verdict.Kind.INVALID, broken);
        }
        if (surroundings.problem() != null) {
            unseen.add(surroundings.problem());
        }
        for (FaultWindow fault : surroundings.faults()) {
            List<Call> within = history.calls().stream()
                    .filter(call -> call.invoked() < fault.settledNanos() && call.returned() > fault.fromNanos())
                    .toList();
            long concerned = within.stream()
                    .filter(call -> history.placement()
                            .mayHold(fault.shard(), history.key(call).slot(), call.invoked(), call.returned()))
                    .count();
            int share = CALLS_PER_FAULT / history.placement().shards();
            if (within.size() < CALLS_PER_FAULT) {
                unseen.add("Only " + within.size() + " calls fell into the fault \"" + fault.text() + "\"; "
                        + CALLS_PER_FAULT + " are needed");
            } else if (concerned < share) {
                unseen.add("Only " + concerned + " calls of its shard fell into the fault \"" + fault.text() + "\"; "
                        + share + " are needed");
            }
        }
        if (surroundings.replicaWasUp() && readsByReplica == 0) {
            unseen.add("No read was served by a replica, although one was up");
        }
        for (Map.Entry<Key.Type, Long> missing : unread(history).entrySet()) {
            unseen.add(missing.getValue() + " keys (" + missing.getKey() + ") could not be read after the last call");
        }
        return new Verdict(unseen.isEmpty() ? Verdict.Kind.VALID : Verdict.Kind.UNKNOWN, unseen);
    }

    private static Map<Key.Type, Long> unread(History history) {
        return history.keys().stream()
                .filter(key -> !history.finals().containsKey(key.id()))
                .collect(Collectors.groupingBy(Key::type, Collectors.counting()));
    }
}
