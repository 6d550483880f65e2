package dev.lockstep.drill;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A sort of fault. Its id is its name in lower case with dashes, such as {@code kill-primary}. */
public enum FaultKind {
    KILL_PRIMARY("killed, back after the failover", Target.PRIMARY, true),
    FREEZE_PRIMARY("frozen past a failover, then thawed", Target.PRIMARY, true),
    PAUSE_PRIMARY("frozen for less than a failover", Target.PRIMARY, false),
    RESTART_PRIMARY("killed and started again at once", Target.PRIMARY, true),
    EMPTY_PRIMARY("killed and started again at once without its data", Target.PRIMARY, true),
    KILL_REPLICA("killed, back later", Target.REPLICA, false),
    PAUSE_REPLICA("frozen, then thawed", Target.REPLICA, false),
    EMPTY_REPLICA("killed, back without its data", Target.REPLICA, false),
    ADD_REPLICA("joins", Target.NEW_REPLICA, false),
    REMOVE_REPLICA("leaves for good, another joins", Target.REPLICA, false),
    KILL_SENTINEL("killed, back later", Target.SENTINEL, false),
    PAUSE_SENTINEL("frozen, then thawed", Target.SENTINEL, false),
    CUT_APP_PRIMARY("cut off from the application", Target.PRIMARY, false),
    CUT_APP_REPLICA("cut off from the application", Target.REPLICA, false),
    CUT_PRIMARY_REPLICA("cut off from the primary", Target.REPLICA, false),
    SLOW_APP_PRIMARY("every byte from and to the application late", Target.PRIMARY, false),
    SLOW_PRIMARY_REPLICA("every byte from the primary late", Target.REPLICA, false),
    ISOLATE_PRIMARY("alone behind a partition, past a failover", Target.PRIMARY, true),
    ISOLATE_PRIMARY_AND_REPLICA("behind a partition together, past a failover", Target.PRIMARY, true),
    KILL_PRIMARY_AND_REPLICA("killed together, back after the failover", Target.PRIMARY, true),
    SWITCHOVER("made primary as planned", Target.REPLICA, true),
    PROMOTE_REPLICA("promoted while its primary lives", Target.REPLICA, true),
    MOVE_SLOTS("moved to another shard while in use", Target.SLOTS, false);

    enum Target {
        PRIMARY,
        REPLICA,
        NEW_REPLICA,
        SENTINEL,
        SLOTS
    }

    private final String what;
    private final Target target;
    private final boolean takesPrimary;

    FaultKind(String what, Target target, boolean takesPrimary) {
        this.what = what;
        this.target = target;
        this.takesPrimary = takesPrimary;
    }

    /** The name by which {@link #parse} knows it. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What happens to its target, in a few words. */
    public String what() {
        return what;
    }

    Target target() {
        return target;
    }

    /** Whether the shard needs another node, or the same one anew, as its primary. */
    boolean takesPrimary() {
        return takesPrimary;
    }

    /** Whether a replica of the same shard is struck together with the primary. */
    boolean takesReplicaToo() {
        return this == ISOLATE_PRIMARY_AND_REPLICA || this == KILL_PRIMARY_AND_REPLICA;
    }

    /** Whether at most the primary of the shard is down or out of reach, and every replica has what it sent. */
    boolean sparesReplicas() {
        return switch (this) {
            case KILL_PRIMARY,
                    FREEZE_PRIMARY,
                    PAUSE_PRIMARY,
                    RESTART_PRIMARY,
                    ISOLATE_PRIMARY,
                    SWITCHOVER,
                    PROMOTE_REPLICA,
                    KILL_SENTINEL,
                    PAUSE_SENTINEL,
                    CUT_APP_PRIMARY,
                    CUT_APP_REPLICA,
                    SLOW_APP_PRIMARY,
                    SLOW_PRIMARY_REPLICA -> true;
            case EMPTY_PRIMARY,
                    KILL_REPLICA,
                    PAUSE_REPLICA,
                    EMPTY_REPLICA,
                    ADD_REPLICA,
                    REMOVE_REPLICA,
                    CUT_PRIMARY_REPLICA,
                    ISOLATE_PRIMARY_AND_REPLICA,
                    KILL_PRIMARY_AND_REPLICA,
                    MOVE_SLOTS -> false;
        };
    }

    /** Whether servers are kept from reaching each other, which a fault of a single link would interfere with. */
    boolean isPartition() {
        return this == ISOLATE_PRIMARY || this == ISOLATE_PRIMARY_AND_REPLICA;
    }

    /** Every sort of fault that can be done to a deployment of this kind. */
    public static Set<FaultKind> all(DrillSettings.Topology topology) {
        return Arrays.stream(values())
                .filter(kind -> kind.fits(topology))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(FaultKind.class)));
    }

    boolean fits(DrillSettings.Topology topology) {
        boolean clustered = this == PROMOTE_REPLICA || this == MOVE_SLOTS;
        // A shard of the cluster has one replica: struck with it, nobody is left to take over.
        return topology == DrillSettings.Topology.CLUSTER
                ? target != Target.SENTINEL && !takesReplicaToo()
                : !clustered;
    }

    /**
     * Reads a list such as {@code kill-primary,pause-replica}, or {@code all}.
     *
     * @throws IllegalArgumentException if a name is not known for this kind of deployment, with those that are
     */
    public static Set<FaultKind> parse(String list, DrillSettings.Topology topology) {
        Set<FaultKind> all = all(topology);
        if (list.strip().equals("all")) {
            return all;
        }
        Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
        for (String id : list.split(",", -1)) {
            kinds.add(all.stream()
                    .filter(kind -> kind.id().equals(id.strip()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("Unknown fault '" + id.strip()
                            + "' of a " + topology.id() + ". Known are: all, "
                            + all.stream().map(FaultKind::id).collect(Collectors.joining(", ")))));
        }
        return kinds;
    }
}
