package dev.lockstep.topology;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of a topology is structure: everything but how far offsets have come. Compares by value. */
record Structure(List<Ownership> shards, List<Part> parts) {

    /** What one shard owns. */
    private record Ownership(String shard, List<SlotRange> slots, long epoch) {}

    /** One node of one shard. */
    private record Part(
            String shard,
            boolean primary,
            NodeAddress address,
            boolean reachable,
            @Nullable String runId,
            boolean promotable,
            @Nullable Telling telling) {}

    /** What a node told of itself that only changes when something happens to it. */
    private record Telling(
            Role role,
            String history,
            @Nullable String parent,
            boolean backlog,
            boolean linkUp,
            boolean syncing,
            @Nullable NodeAddress follows) {}

    static Structure of(List<Shard> shards) {
        List<Ownership> owners = new ArrayList<>();
        List<Part> parts = new ArrayList<>();
        for (Shard shard : shards) {
            owners.add(new Ownership(shard.name(), shard.slots(), shard.epoch()));
            if (shard.primary() != null) {
                parts.add(part(shard.name(), true, shard.primary()));
            }
            for (Node replica : shard.replicas()) {
                parts.add(part(shard.name(), false, replica));
            }
        }
        return new Structure(List.copyOf(owners), List.copyOf(parts));
    }

    private static Part part(String shard, boolean primary, Node node) {
        ReplicationInfo info = node.info();
        return new Part(
                shard,
                primary,
                node.address(),
                node.reachable(),
                node.runId(),
                node.promotable(),
                info == null ? null : telling(info));
    }

    private static Telling telling(ReplicationInfo info) {
        return new Telling(
                info.role(),
                info.position().history(),
                info.parentHistory(),
                info.backlogActive(),
                info.linkUp(),
                info.syncInProgress(),
                info.primary());
    }
}
