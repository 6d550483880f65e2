package dev.lockstep.drill;

import java.util.List;

/**
 * What happened in one drill, as data. {@link VerdictTable} and {@link Report} show it.
 *
 * @param lengthNanos from the first call to the last
 * @param failovers how often another node became primary
 * @param servers what runs and what of its settings is not a default, one line each
 * @param clients the client that the drill is about first, controls after it
 */
public record DrillResult(
        DrillSettings settings,
        long lengthNanos,
        List<String> servers,
        List<FaultWindow> faults,
        int failovers,
        List<NodeLane> nodes,
        List<ClientResult> clients) {

    public DrillResult {
        servers = List.copyOf(servers);
        faults = List.copyOf(faults);
        nodes = List.copyOf(nodes);
        clients = List.copyOf(clients);
    }

    /** Of the client that the drill is about. */
    public Verdict verdict() {
        return clients.get(0).verdict();
    }
}
