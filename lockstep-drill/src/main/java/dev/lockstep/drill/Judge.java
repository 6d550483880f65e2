package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Turns a history into a verdict. A pure function. */
final class Judge {
    /** Fewer calls within a fault prove nothing about it. */
    static final int CALLS_PER_FAULT = 200;

    private Judge() {}

    /**
     * What the client did, apart from its history.
     *
     * @param readsByReplica -1 if nobody counted
     * @param replicaWasUp whether any replica was in step with its primary during the drill
     */
    record Circumstances(List<FaultWindow> faults, long lengthNanos, long readsByReplica, boolean replicaWasUp) {}

    static ClientResult judge(String name, List<String> settings, History history, Circumstances circumstances) {
        List<Finding> findings = Checker.all().stream()
                .flatMap(checker -> checker.check(history).stream())
                .collect(Collectors.groupingBy(Finding::anomaly))
                .values()
                .stream()
                .map(Judge::merged)
                .sorted(Comparator.comparing(Finding::anomaly))
                .toList();
        return new ClientResult(
                name,
                settings,
                verdict(history, findings, circumstances),
                findings,
                Measurement.figures(history, circumstances.lengthNanos(), circumstances.readsByReplica()),
                Measurement.throughput(history, findings, circumstances.lengthNanos()));
    }

    private static Finding merged(List<Finding> same) {
        return new Finding(
                same.get(0).anomaly(),
                same.stream().mapToLong(Finding::judged).sum(),
                same.stream().flatMap(finding -> finding.violations().stream()).toList());
    }

    private static Verdict verdict(History history, List<Finding> findings, Circumstances circumstances) {
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
        for (FaultWindow fault : circumstances.faults()) {
            long calls = history.calls().stream()
                    .filter(call -> call.invoked() < fault.settledNanos() && call.returned() > fault.fromNanos())
                    .count();
            if (calls < CALLS_PER_FAULT) {
                unseen.add("Only " + calls + " calls fell into the fault \"" + fault.text() + "\"; " + CALLS_PER_FAULT
                        + " are needed");
            }
        }
        if (circumstances.replicaWasUp() && circumstances.readsByReplica() == 0) {
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
