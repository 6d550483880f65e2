package dev.lockstep.topology;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a node of a Redis Cluster says of one node: a line of its {@code CLUSTER NODES}. Immutable.
 *
 * @param id 40 hexadecimal digits; a node keeps its id over restarts
 * @param address where it is reached; null if the teller does not know
 * @param alias its host name with the same port, if it has announced one beside its address
 * @param own whether the teller says it of itself
 * @param primary whether it is said to be a primary; else it is a replica
 * @param follows the id of the primary of a replica; null on a primary, or if the teller does not know
 * @param epoch the configuration epoch in which a primary claims its slots; on a replica that of its primary
 * @param barred whether it never takes over from its primary by itself ({@code nofailover})
 * @param slots what it is said to own, in the order of the line; a replica owns nothing
 */
record ClusterNode(
        String id,
        @Nullable NodeAddress address,
        @Nullable NodeAddress alias,
        boolean own,
        boolean primary,
        @Nullable String follows,
        long epoch,
        boolean barred,
        List<SlotRange> slots) {
    /* The line also tells ping times, a link state and, of the teller itself, slots on their way ([7->-id], [7-<-id]). None
     * of them says who owns a slot: a node that is slow for others may be well for us, and a slot on its way belongs to
     * its old owner until the new one claims it. */

    private static final int FIRST_SLOT = 8;

    ClusterNode {
        slots = primary ? List.copyOf(slots) : List.of();
    }

    /**
     * Reads one line.
     *
     * @return null for a node that has no name yet: one that is being met, or of which nothing is known
     * @throws IllegalArgumentException if the line is none of {@code CLUSTER NODES}, with what was seen
     */
    static @Nullable ClusterNode parse(String line) {
        try {
            return read(line.strip().split(" +"));
        } catch (IllegalArgumentException e) {
            String seen = line.length() > 120 ? line.substring(0, 120) + "…" : line;
            throw new IllegalArgumentException(
                    "CLUSTER NODES says \"" + seen + "\", which cannot be read (" + e.getMessage()
                            + "); expected id, address, flags, primary, times, epoch, link and slots",
                    e);
        }
    }

    private static @Nullable ClusterNode read(String[] words) {
        if (words.length < FIRST_SLOT) {
            throw new IllegalArgumentException("it has " + words.length + " words");
        }
        Set<String> flags = new HashSet<>(List.of(words[2].split(",", -1)));
        boolean primary = flags.contains("master");
        boolean own = flags.contains("myself");
        if (!primary && !flags.contains("slave")) {
            if (own) {
                throw new IllegalArgumentException("it is neither master nor slave");
            }
            return null;
        }
        if (flags.contains("handshake")) {
            return null;
        }
        List<SlotRange> slots = new ArrayList<>();
        for (int i = FIRST_SLOT; i < words.length; i++) {
            if (!words[i].startsWith("[")) {
                slots.add(range(words[i]));
            }
        }
        Where where = flags.contains("noaddr") ? Where.NOWHERE : Where.parse(words[1]);
        String follows = words[3].equals("-") ? null : words[3];
        return new ClusterNode(
                words[0],
                where.address,
                where.alias,
                own,
                primary,
                primary ? null : follows,
                epoch(words[6]),
                flags.contains("nofailover"),
                slots);
    }

    private static long epoch(String word) {
        long epoch = Long.parseLong(word);
        if (epoch < 0) {
            throw new IllegalArgumentException("epoch " + epoch);
        }
        return epoch;
    }

    private static SlotRange range(String word) {
        int dash = word.indexOf('-');
        return dash < 0
                ? new SlotRange(Integer.parseInt(word), Integer.parseInt(word))
                : new SlotRange(Integer.parseInt(word.substring(0, dash)), Integer.parseInt(word.substring(dash + 1)));
    }

    /** {@code host:port@busport,hostname,more}; the host is empty or ? if unknown, and may be IPv6 without brackets. */
    private record Where(
            @Nullable NodeAddress address, @Nullable NodeAddress alias) {

        static final Where NOWHERE = new Where(null, null);

        static Where parse(String word) {
            String[] parts = word.split(",", -1);
            int at = parts[0].indexOf('@');
            String clientSide = at < 0 ? parts[0] : parts[0].substring(0, at);
            int colon = clientSide.lastIndexOf(':');
            if (colon < 0) {
                throw new IllegalArgumentException("address " + word);
            }
            int port = Integer.parseInt(clientSide.substring(colon + 1));
            String host = clientSide.substring(0, colon);
            boolean hostKnown = !host.isEmpty() && !host.equals("?");
            String name = parts.length > 1 && !parts[1].contains("=") && !parts[1].equals("?") ? parts[1] : "";
            if (port == 0) {
                return NOWHERE;
            }
            NodeAddress byName = name.isEmpty() ? null : new NodeAddress(name, port);
            return hostKnown ? new Where(new NodeAddress(host, port), byName) : new Where(byName, null);
        }
    }

    /** The same at another place. */
    ClusterNode at(@Nullable NodeAddress otherAddress, @Nullable NodeAddress otherAlias) {
        return new ClusterNode(id, otherAddress, otherAlias, own, primary, follows, epoch, barred, slots);
    }

    /** The same as somebody else would say it, who heard of it before. */
    ClusterNode hearsay() {
        return own ? new ClusterNode(id, address, alias, false, primary, follows, epoch, barred, slots) : this;
    }

    boolean claims(int slot) {
        for (SlotRange range : slots) {
            if (range.first() <= slot && slot <= range.last()) {
                return true;
            }
        }
        return false;
    }
}
