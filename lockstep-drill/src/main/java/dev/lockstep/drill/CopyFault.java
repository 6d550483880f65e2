package dev.lockstep.drill;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A sort of fault of a drill of copies. Its id is its name in lower case with dashes, such as {@code kill-copier}. */
public enum CopyFault {
    KILL_COPIER("the copier killed with SIGKILL, another one started"),
    CUT_COPIER("all connections of the copier to one side cut"),
    KILL_SOURCE("a primary of the source killed, back after the failover"),
    LOSE_SOURCE("a primary of the source killed whose replica lacks its latest writes"),
    FREEZE_SOURCE("a node of the source frozen, then thawed"),
    KILL_TARGET("a primary of the target killed, back after the failover"),
    FREEZE_TARGET("a node of the target frozen, then thawed"),
    MOVE_TARGET_SLOTS("slots of the target moved to another shard"),
    MOVE_SOURCE_SLOTS("slots of the source moved to another shard");

    private final String what;

    CopyFault(String what) {
        this.what = what;
    }

    /** The name by which {@link #parse} knows it. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What happens, in a few words. */
    public String what() {
        return what;
    }

    /** Whether the source may hold something else afterwards than what it had acknowledged. */
    boolean mayRewriteSource() {
        return this == KILL_SOURCE || this == LOSE_SOURCE || this == FREEZE_SOURCE;
    }

    boolean movesSlots() {
        return this == MOVE_TARGET_SLOTS || this == MOVE_SOURCE_SLOTS;
    }

    /** Whether it can be done to a copy from such a deployment to such a one. */
    boolean fits(CopyDrillSettings.Kind from, CopyDrillSettings.Kind to) {
        return switch (this) {
            case LOSE_SOURCE -> from != CopyDrillSettings.Kind.STANDALONE;
            case MOVE_TARGET_SLOTS -> to == CopyDrillSettings.Kind.CLUSTER;
            case MOVE_SOURCE_SLOTS -> from == CopyDrillSettings.Kind.CLUSTER;
            default -> true;
        };
    }

    /** Those that a copy goes on through: all but {@link #MOVE_SOURCE_SLOTS}, which has to be asked for. */
    public static Set<CopyFault> usual() {
        return EnumSet.complementOf(EnumSet.of(MOVE_SOURCE_SLOTS));
    }

    /**
     * Reads a list such as {@code kill-copier,kill-source}, or {@code all} for the {@link #usual} ones.
     *
     * @throws IllegalArgumentException if a name is not known, with those that are
     */
    public static Set<CopyFault> parse(String list) {
        if (list.strip().equals("all")) {
            return usual();
        }
        Set<CopyFault> faults = EnumSet.noneOf(CopyFault.class);
        for (String id : list.split(",", -1)) {
            faults.add(Arrays.stream(values())
                    .filter(fault -> fault.id().equals(id.strip()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("Unknown fault '" + id.strip()
                            + "' of a copy. Known are: all, " + ids(EnumSet.allOf(CopyFault.class)))));
        }
        return faults;
    }

    /** Their names with commas between them. */
    static String ids(Collection<CopyFault> faults) {
        return faults.stream().map(CopyFault::id).collect(Collectors.joining(","));
    }
}
