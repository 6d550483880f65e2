package dev.lockstep.sync.verify;

import dev.lockstep.topology.NodeAddress;
import org.jspecify.annotations.Nullable;

/**
 * A server's word that a key is elsewhere.
 *
 * @param address as the server names it
 * @param asking whether only for this once, since the slot is on its way
 */
record Redirect(NodeAddress address, boolean asking) {

    /** Reads {@code MOVED 3999 10.0.0.1:6381} and {@code ASK …}; null for another refusal. */
    static @Nullable Redirect of(String refusal, NodeAddress from) {
        boolean asking = refusal.startsWith("ASK ");
        if (!asking && !refusal.startsWith("MOVED ")) {
            return null;
        }
        String told = refusal.substring(refusal.lastIndexOf(' ') + 1);
        try {
            int colon = told.lastIndexOf(':');
            int port = Integer.parseInt(told.substring(colon + 1));
            String host = colon <= 0 || told.startsWith("?") ? from.host() : told.substring(0, colon);
            return new Redirect(new NodeAddress(host.replaceAll("[\\[\\]]", ""), port), asking);
        } catch (IllegalArgumentException notAnAddress) {
            return null;
        }
    }
}
