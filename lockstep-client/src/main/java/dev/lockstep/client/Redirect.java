package dev.lockstep.client;

import dev.lockstep.topology.NodeAddress;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A node's answer that a call was not executed, since its slot is elsewhere, on the move, or nobody's now.
 *
 * @param slot the slot that it is about; -1 if it names none
 * @param node the node to go to; null if it names none
 * @param text the answer
 */
record Redirect(Kind kind, int slot, @Nullable NodeAddress node, String text) {

    enum Kind {
        /** The slot belongs to another node. */
        MOVED,
        /** This one key is at the node already that the slot moves to. */
        ASK,
        /** Some of the keys are here and some there, while their slot moves. */
        TRYAGAIN,
        /** The cluster serves nothing now, or not this slot. */
        CLUSTERDOWN
    }

    /**
     * Reads an error of a node of a Redis Cluster; null if it is none of these.
     *
     * @param from who answered, which is meant when the answer names no host
     * @param translation from the address that nodes tell of each other to the one by which they are reached
     */
    static @Nullable Redirect read(String error, NodeAddress from, UnaryOperator<NodeAddress> translation) {
        if (error.startsWith("MOVED ")) {
            return new Redirect(Kind.MOVED, slot(error), target(error, from, translation), error);
        }
        if (error.startsWith("ASK ")) {
            return new Redirect(Kind.ASK, slot(error), target(error, from, translation), error);
        }
        if (error.startsWith("TRYAGAIN")) {
            return new Redirect(Kind.TRYAGAIN, -1, null, error);
        }
        return error.startsWith("CLUSTERDOWN") ? new Redirect(Kind.CLUSTERDOWN, -1, null, error) : null;
    }

    private static int slot(String error) {
        String[] words = error.split(" ", -1);
        try {
            return words.length > 1 ? Integer.parseInt(words[1]) : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** The last word of {@code MOVED slot host:port}; the host may be left out, or be ? if the node does not know its own. */
    private static @Nullable NodeAddress target(
            String error, NodeAddress from, UnaryOperator<NodeAddress> translation) {
        String place = error.substring(error.lastIndexOf(' ') + 1);
        int colon = place.lastIndexOf(':');
        try {
            String host = colon < 0 ? "" : place.substring(0, colon).replaceAll("[\\[\\]]", "");
            int port = Integer.parseInt(place.substring(colon + 1));
            return host.isEmpty() || host.equals("?")
                    ? new NodeAddress(from.host(), port)
                    : translation.apply(new NodeAddress(host, port));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
