package dev.lockstep.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The answer of one node to {@code CLUSTER NODES}: what it says of itself, and of all others. Immutable. */
record ClusterNodes(List<ClusterNode> nodes) {

    ClusterNodes {
        nodes = List.copyOf(nodes);
    }

    /**
     * Reads the text of a reply.
     *
     * @throws IllegalArgumentException if it is none, with what was seen
     */
    static ClusterNodes parse(String text) {
        List<ClusterNode> nodes = new ArrayList<>();
        int own = 0;
        for (String line : text.lines().toList()) {
            ClusterNode node = line.isBlank() ? null : ClusterNode.parse(line);
            if (node != null) {
                nodes.add(node);
                own += node.own() ? 1 : 0;
            }
        }
        if (own != 1) {
            throw new IllegalArgumentException("CLUSTER NODES has " + own + " lines flagged myself; expected one");
        }
        return new ClusterNodes(nodes);
    }

    /** What the teller says of itself. */
    ClusterNode myself() {
        for (ClusterNode node : nodes) {
            if (node.own()) {
                return node;
            }
        }
        throw new IllegalStateException("No line is flagged myself");
    }

    /** The id of the node that the teller holds to own a slot; null if none does. */
    @Nullable
    String owner(int slot) {
        for (ClusterNode node : nodes) {
            if (node.claims(slot)) {
                return node.id();
            }
        }
        return null;
    }

    /** The same with every address as this process reaches it. */
    ClusterNodes translated(UnaryOperator<NodeAddress> translation) {
        return new ClusterNodes(nodes.stream()
                .map(node -> node.at(reached(node.address(), translation), reached(node.alias(), translation)))
                .toList());
    }

    private static @Nullable NodeAddress reached(
            @Nullable NodeAddress address, UnaryOperator<NodeAddress> translation) {
        return address == null ? null : translation.apply(address);
    }
}
