package dev.lockstep.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What one data node answered to {@code INFO replication}: its role, its history, how far it has come in it.
 *
 * <p>The only command that tells history and offset together, and so the only one that Lockstep believes. Immutable.
 *
 * @param role what the node says it is
 * @param position its history and offset. On a primary {@code master_repl_offset}; on a replica
 *     {@code slave_repl_offset}, the applied offset, a valid prefix even while its link is down
 * @param parentHistory {@code master_replid2}: the history that this one continues, or null if none
 * @param parentCut {@code second_repl_offset - 1}: the last byte shared with the parent history; -1 without a parent
 * @param backlogActive whether a replication backlog exists; without one a primary's offset does not move
 * @param primary on a replica the address it follows, as configured there; null on a primary
 * @param linkUp on a replica whether {@code master_link_status} is up; true on a primary
 * @param linkDownSeconds on a replica how long the link is down; -1 if it is up, never was up, or on a primary
 * @param syncInProgress on a replica whether a full copy is being received
 * @param priority on a replica {@code slave_priority} (0: never promoted); 0 on a primary
 * @param replicas on a primary the replicas attached to it that say where they are reached
 */
public record ReplicationInfo(
        Role role,
        Position position,
        @Nullable String parentHistory,
        long parentCut,
        boolean backlogActive,
        @Nullable NodeAddress primary,
        boolean linkUp,
        long linkDownSeconds,
        boolean syncInProgress,
        int priority,
        List<AttachedReplica> replicas) {

    private static final String NO_HISTORY = "0000000000000000000000000000000000000000";

    /**
     * One replica as its primary sees it.
     *
     * @param address where it says that it is reached
     * @param online whether its state is {@code online} (else a full copy is under way)
     * @param offset the last offset it acknowledged
     * @param lagSeconds seconds since it last acknowledged
     */
    public record AttachedReplica(NodeAddress address, boolean online, long offset, long lagSeconds) {}

    public ReplicationInfo {
        replicas = List.copyOf(replicas);
    }

    /**
     * Reads the text of an {@code INFO replication} reply (or of a longer INFO that contains that section).
     *
     * @throws IllegalArgumentException if the text names no role or history, or says something that is no number,
     *     with what was seen
     */
    public static ReplicationInfo parse(String text) {
        InfoText fields = new InfoText(text);
        String role = fields.required("role");
        boolean isPrimary = role.equals("master");
        if (!isPrimary && !role.equals("slave")) {
            throw new IllegalArgumentException("INFO replication says role:" + role + "; expected master or slave");
        }
        long offset = isPrimary
                ? fields.number("master_repl_offset", -1)
                : fields.number("slave_repl_offset", fields.number("master_repl_offset", -1));
        String history =
                fields.required("master_replid").intern(); // told often, compared with every hit of a near cache
        String parent = fields.field("master_replid2");
        boolean hasParent = parent != null && !parent.equals(NO_HISTORY);
        List<AttachedReplica> replicas = new ArrayList<>();
        int connected = isPrimary ? (int) fields.number("connected_slaves", 0) : 0;
        for (int i = 0; i < connected; i++) {
            String line = fields.field("slave" + i);
            AttachedReplica replica = line == null ? null : attached(line);
            if (replica != null) {
                replicas.add(replica);
            }
        }
        String primaryHost = isPrimary ? null : fields.field("master_host");
        return new ReplicationInfo(
                isPrimary ? Role.PRIMARY : Role.REPLICA,
                new Position(history, Math.max(0, offset)),
                hasParent ? parent : null,
                hasParent ? fields.number("second_repl_offset", 0) - 1 : -1,
                fields.number("repl_backlog_active", 0) == 1,
                primaryHost == null || primaryHost.isEmpty()
                        ? null
                        : new NodeAddress(primaryHost, (int) fields.number("master_port", 6379)),
                isPrimary || "up".equals(fields.field("master_link_status")),
                isPrimary ? -1 : fields.number("master_link_down_since_seconds", -1),
                fields.number("master_sync_in_progress", 0) == 1,
                isPrimary ? 0 : (int) fields.number("slave_priority", 100),
                replicas);
    }

    /** The same with every address as this process reaches it. */
    ReplicationInfo translated(UnaryOperator<NodeAddress> translation) {
        List<AttachedReplica> reached = replicas.stream()
                .map(r -> new AttachedReplica(translation.apply(r.address), r.online, r.offset, r.lagSeconds))
                .toList();
        return new ReplicationInfo(
                role,
                position,
                parentHistory,
                parentCut,
                backlogActive,
                primary == null ? null : translation.apply(primary),
                linkUp,
                linkDownSeconds,
                syncInProgress,
                priority,
                reached);
    }

    /** Null for what nobody can connect to: tools that receive the stream announce port 0. */
    private static @Nullable AttachedReplica attached(String line) {
        String host = "";
        int port = 0;
        boolean online = false;
        long offset = 0;
        long lag = -1;
        for (String part : line.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                continue;
            }
            String value = part.substring(equals + 1);
            switch (part.substring(0, equals)) {
                case "ip" -> host = value;
                case "port" -> port = (int) InfoText.number("port of a replica", value);
                case "state" -> online = value.equals("online");
                case "offset" -> offset = InfoText.number("offset of a replica", value);
                case "lag" -> lag = InfoText.number("lag of a replica", value);
                default -> {
                    // "type" of newer servers and what later versions add
                }
            }
        }
        return host.isBlank() || port < 1 || port > 65535
                ? null
                : new AttachedReplica(new NodeAddress(host, port), online, offset, lag);
    }
}
