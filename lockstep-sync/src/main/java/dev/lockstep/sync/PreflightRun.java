package dev.lockstep.sync;

import dev.lockstep.sync.Preflight.Finding;
import dev.lockstep.sync.Preflight.Weight;
import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Shard;
import dev.lockstep.topology.Topology;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One look at both sides before a copy begins. It changes nothing. Confined to one thread. */
final class PreflightRun {

    private static final Logger LOG = LoggerFactory.getLogger(PreflightRun.class);
    private static final long MEASURED_MILLIS = 1_000;
    private static final String[] OF_SOURCE = {"client-output-buffer-limit"};
    private static final String[] OF_TARGET = {
        "databases", "proto-max-bulk-len", "min-replicas-to-write", "stop-writes-on-bgsave-error"
    };

    private final SyncSettings settings;
    private final EventLoopGroup loops;
    private final CopyTask.Clocks clocks;

    PreflightRun(SyncSettings settings, EventLoopGroup loops, CopyTask.Clocks clocks) {
        this.settings = settings;
        this.loops = loops;
        this.clocks = clocks;
    }

    /**
     * The cheap look before every copy.
     *
     * @throws SyncException if something surely stands in the way
     */
    void require(Topology from, Topology to) throws InterruptedException {
        try {
            List<ServerFacts> sources = new ArrayList<>();
            for (NodeAddress node : primaries(from)) {
                try (Probe probe = Probe.open(settings.source(), loops, node)) {
                    sources.add(probe.briefly());
                }
            }
            List<ServerFacts> targets = new ArrayList<>();
            for (NodeAddress node : primaries(to)) {
                try (Probe probe = Probe.open(settings.target(), loops, node)) {
                    targets.add(probe.briefly("databases"));
                }
            }
            List<Finding> fatal = PreflightChecks.fatal(
                    new Surroundings(sources, targets, isSharded(), Surroundings.Held.NOTHING, null, -1),
                    settings.selection());
            if (!fatal.isEmpty()) {
                throw new SyncException(fatal.get(0).toString());
            }
        } catch (Setback e) {
            // Whoever copies is more patient, and tells of it.
            LOG.info("Not everything could be looked at before the copy: {}", e.getMessage());
        }
    }

    /** The thorough look, which takes a second or two. */
    Preflight run(Topology from, Topology to) throws InterruptedException {
        try {
            List<NodeAddress> primaries = primaries(from);
            List<ServerFacts> sources = new ArrayList<>();
            for (NodeAddress node : primaries) {
                try (Probe probe = Probe.open(settings.source(), loops, node)) {
                    sources.add(probe.thoroughly(NeededRights.ofSource(), clocks.millis(), OF_SOURCE));
                }
            }
            List<ServerFacts> targets = new ArrayList<>();
            Surroundings.Held held = Surroundings.Held.NOTHING;
            String owner = null;
            for (NodeAddress node : primaries(to)) {
                try (Probe probe = Probe.open(settings.target(), loops, node)) {
                    targets.add(probe.thoroughly(
                            NeededRights.ofTarget(slotOf(to, node), isSharded(), settings.existing()),
                            clocks.millis(),
                            OF_TARGET));
                    if (targets.size() == 1) {
                        owner = probe.text("GET", Ownership.KEY);
                        held = held(probe);
                    }
                }
            }
            long rate = rate(primaries, sources);
            List<Finding> findings = new ArrayList<>(PreflightChecks.all(
                    new Surroundings(sources, targets, isSharded(), held, owner, rate),
                    settings.selection(),
                    settings.existing()));
            findings.addAll(spool(sources));
            return new Preflight(findings);
        } catch (Setback e) {
            throw new SyncException("Not everything could be looked at: " + e.getMessage() + ". Try again", e);
        }
    }

    private boolean isSharded() {
        return settings.target().mode() == Deployment.Mode.CLUSTER;
    }

    /** Those that have keys, first that of the first slot. */
    private static List<NodeAddress> primaries(Topology topology) throws Setback {
        List<NodeAddress> primaries = new ArrayList<>();
        for (Shard shard : topology.shards()) {
            if (!shard.slots().isEmpty()) {
                if (shard.primary() == null) {
                    throw new Setback("shard " + shard.name() + " has no primary");
                }
                primaries.add(shard.primary().address());
            }
        }
        return primaries;
    }

    private static int slotOf(Topology topology, NodeAddress primary) {
        return topology.shards().stream()
                .filter(shard -> shard.primary() != null
                        && shard.primary().address().equals(primary)
                        && !shard.slots().isEmpty())
                .findFirst()
                .map(shard -> shard.slots().get(0).first())
                .orElse(0);
    }

    private static Surroundings.Held held(Probe probe) throws Setback, InterruptedException {
        Reply own = probe.ask(
                "EXISTS", TargetStore.RECORDS, Ownership.KEY, Ownership.EPOCHS, Checkpoint.key(0), Replicated.key(0));
        return new Surroundings.Held(
                probe.ask("HLEN", TargetStore.RECORDS) instanceof Reply.Count fields && fields.value() > 0,
                probe.text("HGET", TargetStore.RECORDS, TargetStore.SELECTION),
                own instanceof Reply.Count count ? count.value() : 0);
    }

    /** Who has no replica does not count what it writes; then all that it is sent is taken for writes. */
    private long rate(List<NodeAddress> primaries, List<ServerFacts> before) throws Setback, InterruptedException {
        Thread.sleep(MEASURED_MILLIS);
        long rate = 0;
        for (int i = 0; i < primaries.size(); i++) {
            try (Probe probe = Probe.open(settings.source(), loops, primaries.get(i))) {
                ServerFacts now = probe.briefly();
                long written = now.number("master_repl_offset") - before.get(i).number("master_repl_offset");
                boolean counts = now.number("repl_backlog_active") == 1;
                rate += counts
                        ? Math.max(0, written)
                        : (long) (1024 * Double.parseDouble("0" + now.text("instantaneous_input_kbps")));
            }
        }
        return rate;
    }

    private List<Finding> spool(List<ServerFacts> sources) {
        Path folder = settings.folder().toAbsolutePath();
        Path there = folder;
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        long largest = sources.stream()
                .mapToLong(server -> server.number("used_memory_dataset"))
                .max()
                .orElse(0);
        long all = sources.stream()
                .mapToLong(server -> server.number("used_memory_dataset"))
                .sum();
        List<Finding> findings = new ArrayList<>();
        try {
            if (there == null || !Files.isDirectory(there) || !Files.isWritable(there)) {
                return List.of(new Finding(
                        Weight.FAILS,
                        there + " cannot be written to, for the spool " + folder,
                        "Choose another --spool"));
            }
            long room = Files.getFileStore(there).getUsableSpace();
            if (room < all) {
                findings.add(new Finding(
                        Weight.WARNING,
                        "The data of the source takes " + (all >> 20)
                                + " MiB in memory, and the spool's disk has room for " + (room >> 20)
                                + " MiB: the snapshots may not fit",
                        "Choose another --spool, or make room"));
            }
        } catch (IOException e) {
            findings.add(new Finding(Weight.WARNING, "The room for the spool is not known: " + e.getMessage(), ""));
        }
        if (largest > settings.spoolBytes()) {
            findings.add(new Finding(
                    Weight.WARNING,
                    "A shard of the source has " + (largest >> 20) + " MiB of data in memory, and its spool may take "
                            + (settings.spoolBytes() >> 20) + " MiB: its snapshot may not fit",
                    "Give more with --spool-size"));
        }
        return findings.isEmpty()
                ? Arrays.asList(new Finding(Weight.OK, "The spool " + folder + " has room", ""))
                : findings;
    }
}
