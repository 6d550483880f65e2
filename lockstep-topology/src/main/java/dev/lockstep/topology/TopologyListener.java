package dev.lockstep.topology;

/** Whoever wants to know when the structure of a deployment changes. */
@FunctionalInterface
public interface TopologyListener {

    /**
     * The structure changed: a primary, a replica, its reachability, its link or its history. Offsets that merely grow
     * are not told.
     *
     * <p>Calls come in order, one at a time, from the one thread that also observes the deployment: an implementation
     * must not block. What it throws is logged and otherwise ignored.
     *
     * @param before the topology of the previous call, whose version is smaller
     * @param after the current one
     */
    void onTopology(Topology before, Topology after);
}
