package dev.lockstep.topology;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What some data nodes say of themselves, each asked again as soon as it has answered: a frozen one holds up no other. */
final class NodePoll {

    private static final Logger LOG = LoggerFactory.getLogger(NodePoll.class);

    private final SwitchoverRun run;
    private final Collection<NodeAddress> nodes;
    private final Map<NodeAddress, CompletableFuture<String>> asked = new HashMap<>();
    private final Map<NodeAddress, ReplicationInfo> told = new HashMap<>();

    NodePoll(SwitchoverRun run, Collection<NodeAddress> nodes) {
        this.run = run;
        this.nodes = nodes;
    }

    /** Asks until what they last told is as wanted; false if it is not within the bound. */
    boolean await(Duration bound, Predicate<Map<NodeAddress, ReplicationInfo>> wanted) {
        return run.await(bound, () -> {
            nodes.forEach(this::turn);
            return wanted.test(told);
        });
    }

    private void turn(NodeAddress node) {
        CompletableFuture<String> answer = asked.get(node);
        if (answer != null && !answer.isDone()) {
            return;
        }
        if (answer != null && !answer.isCompletedExceptionally()) {
            try {
                told.put(node, run.read(answer.join()));
            } catch (IllegalArgumentException e) {
                LOG.debug("{} said something strange", node, e); // it is asked again
            }
        }
        asked.put(node, run.dataNode(node).send("INFO", "replication"));
    }

    /** The last word of each that has answered. */
    Map<NodeAddress, ReplicationInfo> told() {
        return told;
    }
}
