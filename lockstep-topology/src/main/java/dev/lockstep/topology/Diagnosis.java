package dev.lockstep.topology;

import dev.lockstep.topology.TopologyException.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Why no verified primary was found: what each server answered, and what to do next. */
record Diagnosis(Deployment deployment, List<SentinelProbe> sentinels, List<NodeProbe> nodes) {

    /** One server that was asked, and what is wrong with it. */
    private record Finding(String server, Problem problem) {
        @Override
        public String toString() {
            return server + ": " + problem.text();
        }
    }

    /** Whether waiting any longer is no use. */
    boolean hopeless() {
        if (deployment.mode() == Deployment.Mode.CLUSTER) {
            // One node is enough to find the others
            return !nodes.isEmpty() && nodes.stream().allMatch(node -> isLasting(node.problem()));
        }
        if (deployment.mode() != Deployment.Mode.SENTINEL) {
            return nodes.stream().anyMatch(node -> isSeed(node) && (isLasting(node.problem()) || saysReplica(node)));
        }
        if (sentinels.stream().allMatch(sentinel -> isLasting(sentinel.problem()))) {
            return true;
        }
        // A primary that merely does not answer may be replaced soon; one that refuses us will not change its mind
        return named().stream().anyMatch(node -> {
            Problem problem = node.problem();
            return isLasting(problem) && problem != null && problem.kind() != Kind.UNREACHABLE;
        });
    }

    private static boolean isLasting(@Nullable Problem problem) {
        return problem != null && problem.lasting();
    }

    private boolean isSeed(NodeProbe node) {
        return deployment.seeds().contains(node.address());
    }

    private static boolean saysReplica(NodeProbe node) {
        return node.sight().answersAsReplica();
    }

    /** The data nodes that a sentinel names as the primary. */
    private List<NodeProbe> named() {
        return nodes.stream()
                .filter(node -> sentinels.stream().anyMatch(sentinel -> {
                    SentinelAnswer answer = sentinel.answer();
                    return sentinel.reachable()
                            && answer != null
                            && answer.word().primary().equals(node.address());
                }))
                .toList();
    }

    TopologyException exception() {
        List<Finding> findings = new ArrayList<>();
        for (SentinelProbe sentinel : sentinels) {
            Problem problem = sentinel.tried() ? sentinel.problem() : Problem.silence(deployment.tls() != null);
            if (problem != null) {
                findings.add(new Finding("sentinel " + sentinel.address(), problem));
            }
        }
        long answering = sentinels.stream().filter(SentinelProbe::reachable).count();
        boolean heard = answering > 0;
        if (heard || sentinels.isEmpty()) {
            // What some sentinel could not tell is beside the point now
            List<Finding> ofSentinels = List.copyOf(findings);
            findings.clear();
            if (heard && answering < deployment.minimumSentinels()) {
                String few = answering + " answered, but " + deployment.minimumSentinels() + " must (minimumSentinels)";
                findings.add(new Finding("the sentinels", new Problem(Kind.NO_PRIMARY, few, false)));
            }
            for (NodeProbe node : sentinels.isEmpty() ? nodes : named()) {
                findings.add(finding(node));
            }
            findings.addAll(ofSentinels);
        }
        if (findings.isEmpty()) {
            findings.add(new Finding("its servers", Problem.late("none has answered yet")));
        }
        Kind kind = heard && findings.get(0).problem().kind() == Kind.UNREACHABLE
                ? Kind.NO_PRIMARY
                : findings.stream()
                        .map(finding -> finding.problem().kind())
                        .min(Comparator.comparing(Diagnosis::weight))
                        .orElse(Kind.UNREACHABLE);
        String text = findings.stream().map(Finding::toString).collect(Collectors.joining("; "));
        return new TopologyException(kind, "No verified primary for " + deployment + ". " + text + next(kind));
    }

    private Finding finding(NodeProbe node) {
        String server = sentinels.isEmpty() ? "server " + node.address() : "primary " + node.address();
        Problem problem = node.tried() ? node.problem() : Problem.silence(deployment.tls() != null);
        ReplicationInfo info = node.info();
        if (problem != null) {
            return new Finding(server, problem);
        }
        if (info != null && info.role() == Role.REPLICA) {
            String follows = "it says that it is a replica and follows " + info.primary();
            return new Finding(
                    server,
                    new Problem(
                            Kind.NO_PRIMARY,
                            deployment.mode() == Deployment.Mode.CLUSTER
                                    ? follows + "; no primary of the cluster answers"
                                    : sentinels.isEmpty()
                                            ? follows
                                                    + "; give the primary's address, or redis-sentinel:// to follow failovers"
                                            : follows + " while a sentinel names it as the primary",
                            true));
        }
        return new Finding(server, new Problem(Kind.NO_PRIMARY, "it answers, but is not verified yet", false));
    }

    /** The cause that is named first: a refusal explains more than a silence. */
    private static int weight(Kind kind) {
        return switch (kind) {
            case SENTINEL_AUTHENTICATION -> 0;
            case AUTHENTICATION -> 1;
            case UNKNOWN_NAME -> 2;
            case WRONG_SERVER -> 3;
            case TLS -> 4;
            case NO_PRIMARY -> 5;
            case UNREACHABLE -> 6;
        };
    }

    private static String next(Kind kind) {
        return switch (kind) {
            case UNREACHABLE -> ". Check the addresses and that the servers run";
            case NO_PRIMARY -> ". If a failover is under way, try again in some seconds";
            default -> "";
        };
    }
}
