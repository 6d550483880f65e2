package dev.lockstep.sync;

import dev.lockstep.sync.Preflight.Finding;
import dev.lockstep.sync.Preflight.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What follows for a copy from what was found out about both sides. Pure functions. */
final class PreflightChecks {

    private static final long MIB = 1 << 20;
    /** What a snapshot goes out with, at the least, from a server that is not starved. */
    private static final long SNAPSHOT_PER_SECOND = 50 * MIB;

    private static final long SHORT_BACKLOG_SECONDS = 60;
    private static final long CLOCK_MILLIS = 500;
    private static final long USUAL_BULK = 512 * MIB;

    private final Surroundings seen;
    private final Selection selection;
    private final Existing existing;
    private final List<Finding> findings = new ArrayList<>();

    private PreflightChecks(Surroundings seen, Selection selection, Existing existing) {
        this.seen = seen;
        this.selection = selection;
        this.existing = existing;
    }

    /** What surely goes wrong, as far as INFO tells: with that a copy does not begin. */
    static List<Finding> fatal(Surroundings seen, Selection selection) {
        PreflightChecks checks = new PreflightChecks(seen, selection, Existing.REPLACE);
        checks.databases();
        checks.eviction();
        return checks.findings.stream()
                .filter(finding -> finding.weight() == Weight.FAILS)
                .toList();
    }

    /** All there is to say. */
    static List<Finding> all(Surroundings seen, Selection selection, Existing existing) {
        PreflightChecks checks = new PreflightChecks(seen, selection, existing);
        checks.sides();
        checks.rights();
        checks.modules();
        checks.formats();
        checks.databases();
        checks.sourceBuffers();
        checks.targetState();
        checks.targetWrites();
        checks.eviction();
        checks.memory();
        checks.clocks();
        return checks.findings;
    }

    private void ok(String what) {
        findings.add(new Finding(Weight.OK, what, ""));
    }

    private void warn(String what, String advice) {
        findings.add(new Finding(Weight.WARNING, what, advice));
    }

    private void fail(String what, String advice) {
        findings.add(new Finding(Weight.FAILS, what, advice));
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String mib(long bytes) {
        return bytes < 10 * MIB ? number(bytes / 1024) + " KiB" : number(bytes / MIB) + " MiB";
    }

    /** In the databases that are copied. */
    private long keys(List<ServerFacts> servers) {
        return servers.stream()
                .flatMap(server -> server.keys().entrySet().stream())
                .filter(each -> selection.hasDatabase(each.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private void sides() {
        ok("The source is " + side(seen.sources()));
        ok("The target is " + side(seen.targets()));
        int libraries =
                seen.sources().stream().mapToInt(ServerFacts::libraries).max().orElse(0);
        if (libraries > 0) {
            ok("The source has " + libraries + " libraries of functions, which are copied too");
        }
    }

    private String side(List<ServerFacts> servers) {
        return (servers.size() == 1 ? "one primary" : servers.size() + " primaries") + ", "
                + servers.stream().map(ServerFacts::version).distinct().sorted().collect(Collectors.joining(" and "))
                + ", " + number(keys(servers)) + " keys, "
                + mib(servers.stream()
                        .mapToLong(server -> server.number("used_memory"))
                        .sum())
                + " used";
    }

    private void rights() {
        rights("source", seen.sources());
        rights("target", seen.targets());
    }

    private void rights(String side, List<ServerFacts> servers) {
        for (ServerFacts server : servers) {
            ServerFacts.Rights rights = server.rights();
            String user = rights.user() == null ? "its user" : "user '" + rights.user() + "'";
            if (!rights.lacking().isEmpty()) {
                fail(
                        "At " + server.address() + " of the " + side + " " + user + " may not call "
                                + String.join(", ", rights.lacking()),
                        "Grant it with ACL SETUSER: "
                                + rights.lacking().stream()
                                        .map(name -> "+" + name)
                                        .collect(Collectors.joining(" ")));
            } else if (!rights.unknown().isEmpty()) {
                warn(
                        "At " + server.address() + " of the " + side + " it could not be found out whether " + user
                                + " may call " + String.join(", ", rights.unknown()),
                        "See the rights that the documents name, or grant +acl|dryrun and ask again");
            }
        }
    }

    private void modules() {
        Set<String> there = new TreeSet<>();
        seen.targets().forEach(server -> there.addAll(server.modules()));
        Set<String> missing = new TreeSet<>();
        seen.sources().forEach(server -> missing.addAll(server.modules()));
        missing.removeAll(there);
        if (!missing.isEmpty()) {
            warn(
                    "The source has modules that the target lacks: " + String.join(", ", missing)
                            + ". The copy stops at the first key or command of one of them",
                    "Load them into the target, or do without them at the source: --exclude leaves out their keys, and not what is done to them");
        }
    }

    private void formats() {
        ServerFacts from = seen.sources().get(0);
        ServerFacts to = seen.targets().get(0);
        RdbFormat source = from.format();
        RdbFormat target = to.format();
        if (source == null || target == null) {
            warn(
                    "It could not be found out in which form values are written by "
                            + (source == null ? from.address() : to.address()) + ", so not whether all can cross",
                    "Grant +function|dump and ask again. A value that cannot cross stops the copy, and is named");
            return;
        }
        List<RestoreStamp> refusals = RestoreStamp.refusals(source, target);
        if (refusals.isEmpty()) {
            ok("All types of the source (form " + source.version() + ") cross to the target (form " + target.version()
                    + ")");
        } else {
            warn(
                    "From form " + source.version() + " to form " + target.version() + " some types do not cross: "
                            + refusals.stream()
                                    .map(stamp -> stamp.as().toString())
                                    .collect(Collectors.joining(", "))
                            + ". The copy stops at the first key of one",
                    "If the source has such keys, leave them out with --exclude, or choose another target");
        }
    }

    private void databases() {
        Set<Integer> used = new TreeSet<>();
        seen.sources().forEach(server -> used.addAll(server.keys().keySet()));
        used.removeIf(database -> !selection.hasDatabase(database));
        long there = seen.sharded() ? 1 : seen.targets().get(0).setting("databases", 16);
        used.removeIf(database -> database < there);
        if (used.isEmpty()) {
            return;
        }
        String what = "The source has keys in database "
                + used.stream().map(String::valueOf).collect(Collectors.joining(", ")) + ", and "
                + (seen.sharded() ? "a Redis Cluster has database 0 only" : "the target has " + there);
        String advice = seen.sharded()
                ? "Choose database 0 (--databases 0), or copy to a target that is no cluster"
                : "Set databases in the target's configuration to more, or choose some (--databases)";
        if (selection.keys().isAll()) {
            fail(what, advice);
        } else {
            warn(what + ". The copy stops if one of them is chosen", advice);
        }
    }

    private void sourceBuffers() {
        long rate = seen.writtenPerSecond();
        for (ServerFacts server : seen.sources()) {
            long backlog = server.number("repl_backlog_size");
            long shareOfRate = rate / seen.sources().size();
            if (rate > 0 && backlog / Math.max(1, shareOfRate) < SHORT_BACKLOG_SECONDS) {
                warn(
                        server.address() + " writes about " + mib(shareOfRate) + "/s, and its backlog of "
                                + mib(backlog)
                                + " holds that of " + backlog / Math.max(1, shareOfRate)
                                + " s: who is away for longer needs a new full copy",
                        "Set repl-backlog-size to at least " + mib(shareOfRate * SHORT_BACKLOG_SECONDS));
            }
            long limit = replicaLimit(server);
            long meanwhile = shareOfRate * (server.number("used_memory_dataset") / SNAPSHOT_PER_SECOND + 1);
            if (limit > 0 && meanwhile > limit) {
                warn(
                        server.address() + " may write " + mib(meanwhile) + " while it makes its snapshot, and ends the"
                                + " connection at " + mib(limit) + " (client-output-buffer-limit replica)",
                        "Set it to more, or to 0, while the full copy is made");
            }
        }
        if (rate >= 0) {
            ok("The source writes about " + mib(rate) + "/s at the moment");
        }
    }

    /** The hard limit; 0 if there is none, or it is not told. */
    private static long replicaLimit(ServerFacts server) {
        String[] words =
                server.config().getOrDefault("client-output-buffer-limit", "").split(" ", -1);
        for (int i = 0; i + 1 < words.length; i++) {
            if (words[i].equals("slave") || words[i].equals("replica")) {
                return Long.parseLong(words[i + 1]);
            }
        }
        return 0;
    }

    private void targetState() {
        if (seen.owner() != null) {
            fail("Another process keeps this target: " + seen.owner(), "Stop that one first");
        }
        long there = keys(seen.targets()) - seen.held().ownKeys();
        boolean someOnly = !selection.keys().isAll();
        if (seen.held().copy()) {
            String objection = Reception.objection(seen.held().selection(), selection);
            if (objection == null) {
                ok("The target holds this copy already, which is gone on with");
            } else {
                fail(objection, Reception.ADVICE);
            }
        } else if (there > 0) {
            switch (existing) {
                case REPLACE ->
                    warn(
                            "The target has " + number(there) + " keys: those "
                                    + (someOnly ? "of the chosen ones " : "") + "that the source does not have will be"
                                    + " removed",
                            "If they are needed, choose another target");
                case FAIL -> {
                    String what = "The target has " + number(there) + " keys (--existing fail)";
                    String advice = "Empty it, or choose --existing replace or wipe";
                    if (someOnly) {
                        warn(what, "If some of the chosen ones are among them, the copy does not begin. " + advice);
                    } else {
                        fail(what, advice);
                    }
                }
                case WIPE ->
                    warn("The target has " + number(there) + " keys, and will be emptied (--existing wipe)", "");
            }
        }
    }

    private void targetWrites() {
        for (ServerFacts server : seen.targets()) {
            long wanted = server.setting("min-replicas-to-write", 0);
            if (wanted > server.number("connected_slaves")) {
                fail(
                        server.address() + " takes writes only with " + wanted
                                + " replicas (min-replicas-to-write), and" + " has "
                                + server.number("connected_slaves"),
                        "Give it its replicas, or set it to less");
            }
            if ("err".equals(server.text("rdb_last_bgsave_status"))
                    && "yes".equals(server.config().get("stop-writes-on-bgsave-error"))) {
                fail(
                        server.address() + " takes no writes, since it could not save its data"
                                + " (stop-writes-on-bgsave-error)",
                        "See its log");
            }
            long bulk = server.setting("proto-max-bulk-len", USUAL_BULK);
            if (bulk < USUAL_BULK) {
                warn(
                        server.address() + " takes values of up to " + mib(bulk)
                                + " (proto-max-bulk-len). The copy stops" + " at a larger one",
                        "Set it to " + USUAL_BULK + ", as it usually is");
            }
        }
    }

    private void eviction() {
        for (ServerFacts server : seen.targets()) {
            String policy = server.text("maxmemory_policy");
            if (server.number("maxmemory") > 0 && !policy.isEmpty() && !policy.equals("noeviction")) {
                fail(
                        server.address() + " of the target removes keys by itself when its memory is used up"
                                + " (maxmemory-policy " + policy + "), so the two would not stay equal",
                        "Set maxmemory-policy to noeviction while it is copied to");
            }
        }
    }

    private void memory() {
        if (seen.targets().stream().anyMatch(server -> server.number("maxmemory") == 0)) {
            return;
        }
        long room = seen.target("maxmemory");
        long data = seen.source("used_memory_dataset");
        if (data > room && selection.isAll()) {
            fail(
                    "The data of the source takes " + mib(data) + ", and the target may take " + mib(room)
                            + " (maxmemory)",
                    "Set maxmemory to more, or add shards");
        } else if (seen.source("used_memory") > room) {
            warn(
                    "The source uses " + mib(seen.source("used_memory")) + ", and the target may take " + mib(room)
                            + " (maxmemory)",
                    "Watch it, or set maxmemory to more. A copy waits when the memory is used up");
        }
    }

    private void clocks() {
        for (ServerFacts from : seen.sources()) {
            for (ServerFacts to : seen.targets()) {
                long ahead = to.aheadMillis() - from.aheadMillis();
                if (Math.abs(ahead) > CLOCK_MILLIS) {
                    warn(
                            "The clock of " + to.address() + " of the target is " + number(Math.abs(ahead)) + " ms "
                                    + (ahead > 0 ? "ahead of" : "behind") + " that of " + from.address()
                                    + " of the source: keys expire there "
                                    + (ahead > 0 ? "too soon" : "too late"),
                            "Set the clocks by NTP");
                }
            }
        }
    }
}
