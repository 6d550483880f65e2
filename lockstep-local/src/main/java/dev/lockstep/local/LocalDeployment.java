package dev.lockstep.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A running deployment of real servers on 127.0.0.1.
 *
 * <p>{@link #close} ends every process and removes the folder if it is temporary; so does the end of the JVM, however it
 * ends. Thread-safe.
 */
public final class LocalDeployment implements AutoCloseable {
    /** How many nodes of a cluster its URI names; the others are learnt from these. */
    private static final int SEEDS = 3;

    private final LocalRedis plan;
    private final Path folder;
    private final Foundry foundry;
    private final List<LocalServer> dataNodes = new CopyOnWriteArrayList<>();
    private final List<LocalServer> sentinels = new CopyOnWriteArrayList<>();
    private final Sentinels watchers;
    private final Cluster cluster = new Cluster(dataNodes);
    private final Thread endOfJvm = new Thread(this::end, "lockstep-local-end");
    private int nodesEver;

    LocalDeployment(LocalRedis plan, ServerBinary binary) {
        this.plan = plan;
        this.folder = plan.dir != null ? plan.dir.toAbsolutePath() : temporaryFolder();
        this.watchers = new Sentinels(plan.primaryName, sentinels);
        if (plan.dir != null) {
            mustBeEmpty(folder);
        }
        this.foundry = new Foundry(plan, binary, folder);
    }

    private static Path temporaryFolder() {
        byte[] name = new byte[8];
        new SecureRandom().nextBytes(name);
        return Path.of(
                        System.getProperty("java.io.tmpdir"),
                        "lockstep-" + HexFormat.of().formatHex(name))
                .toAbsolutePath();
    }

    private static void mustBeEmpty(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            if (files.findAny().isPresent()) {
                throw new LocalRedisException("The folder " + folder
                        + " is not empty. Name a new or empty one: data of an earlier run is never taken over.");
            }
        } catch (IOException e) {
            throw new LocalRedisException("Cannot use " + folder + " as folder of the deployment", e);
        }
    }

    synchronized void start() {
        Runtime.getRuntime().addShutdownHook(endOfJvm);
        Deadline deadline = Deadline.in(plan.startBound);
        foundry.open();
        if (plan.isCluster()) {
            startCluster(deadline);
        } else {
            startGroup(deadline);
        }
    }

    private void startCluster(Deadline deadline) {
        int nodes = plan.shards * (1 + plan.replicas);
        for (int i = 0; i < nodes; i++) {
            startNode(null, plan.port == 0 ? 0 : plan.port + i, deadline);
        }
        List<LocalServer> primaries = List.copyOf(dataNodes.subList(0, plan.shards));
        cluster.form(primaries, deadline);
        for (int i = plan.shards; i < nodes; i++) {
            cluster.replicate(dataNodes.get(i), primaries.get(i % plan.shards), deadline);
        }
        for (int i = plan.shards; i < nodes; i++) {
            awaitReplicas(primaries.get(i % plan.shards), List.of(dataNodes.get(i)), deadline);
        }
        cluster.awaitWhole(deadline);
    }

    private void startGroup(Deadline deadline) {
        LocalServer primary = startNode(null, plan.sentinels == 0 ? plan.port : 0, deadline);
        for (int i = 0; i < plan.replicas; i++) {
            startNode(primary, 0, deadline);
        }
        awaitReplicas(primary, dataNodes.subList(1, dataNodes.size()), deadline);
        for (int i = 1; i <= plan.sentinels; i++) {
            int port = plan.port == 0 ? 0 : plan.port + i - 1;
            sentinels.add(foundry.startSentinel("sentinel-" + i, port, primary, deadline));
        }
        if (plan.sentinels > 0) {
            watchers.awaitComplete(plan.replicas, !plan.quickDemotion, deadline);
        }
    }

    private LocalServer startNode(@Nullable LocalServer primary, int fixedPort, Deadline deadline) {
        LocalServer node = foundry.startNode("node-" + ++nodesEver, fixedPort, primary, deadline);
        dataNodes.add(node);
        if (plan.isCluster()) {
            cluster.id(node); // asked for while it lives
        }
        return node;
    }

    /** A replica rewrites its append-only file after the first copy; killed before that, it would come back empty. */
    private static void awaitReplicas(LocalServer primary, List<LocalServer> replicas, Deadline deadline) {
        for (LocalServer replica : replicas) {
            if (!deadline.await(() -> isOnline(primary, replica)
                    && "up".equals(replica.info("replication").get("master_link_status"))
                    && "0".equals(replica.info("persistence").get("aof_rewrite_in_progress")))) {
                throw new LocalRedisException(replica + " is not in sync with " + primary + " within "
                        + deadline.within() + ". The last lines of its log:\n" + replica.logTail(20));
            }
        }
    }

    private static boolean isOnline(LocalServer primary, LocalServer replica) {
        return primary.info("replication").values().stream()
                .anyMatch(value -> value.contains("port=" + replica.port() + ",state=online"));
    }

    private static long onlineReplicas(LocalServer primary) {
        return primary.info("replication").values().stream()
                .filter(value -> value.contains("state=online"))
                .count();
    }

    /**
     * Where clients connect, passwords included: {@code redis-sentinel://…#mymaster} with Sentinels,
     * {@code redis-cluster://…} with the first three nodes of a cluster, otherwise {@code redis://…}; with TLS
     * {@code rediss} instead of {@code redis}.
     */
    public String uri() {
        return uri(LocalDeployment::encode);
    }

    /** The same with *** instead of passwords. */
    public String maskedUri() {
        return uri(secret -> "***");
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    private interface Shape {
        String of(String secret);
    }

    private String uri(Shape shape) {
        boolean watched = plan.sentinels > 0;
        String scheme = (plan.tls ? "rediss" : "redis") + (watched ? "-sentinel" : plan.isCluster() ? "-cluster" : "");
        String secret = plan.password == null ? "" : ":" + shape.of(plan.password) + "@";
        String hosts = (watched ? sentinels.stream() : dataNodes.stream().limit(plan.isCluster() ? SEEDS : 1))
                .map(s -> s.host() + ":" + s.port())
                .collect(Collectors.joining(","));
        List<String> options = new ArrayList<>();
        if (watched && plan.sentinelPassword != null) {
            options.add("sentinelPassword=" + shape.of(plan.sentinelPassword));
        }
        if (plan.tls) {
            options.add("caFile=" + encode(caFile().toString()));
        }
        return scheme
                + "://"
                + secret
                + hosts
                + (options.isEmpty() ? "" : "?" + String.join("&", options))
                + (watched ? "#" + plan.primaryName : "");
    }

    /**
     * The certificate (PEM) of the authority that signed those of the servers; for connections with TLS.
     *
     * @throws IllegalStateException when the deployment was not started with {@link LocalRedis#tls}
     */
    public Path caFile() {
        Certificates certificates = foundry.certificates();
        if (certificates == null) {
            throw new IllegalStateException(
                    "No certificates without TLS: start the deployment with LocalRedis.tls(true)");
        }
        return certificates.caFile();
    }

    /** Every data node that was not removed, dead or alive, in the order of their names. */
    public List<LocalServer> dataNodes() {
        return List.copyOf(dataNodes);
    }

    /** Every Sentinel, dead or alive, in the order of their names. */
    public List<LocalServer> sentinels() {
        return List.copyOf(sentinels);
    }

    /** Data nodes and Sentinels. */
    public List<LocalServer> servers() {
        return Stream.concat(dataNodes.stream(), sentinels.stream()).toList();
    }

    /**
     * The server of this name.
     *
     * @throws IllegalArgumentException when there is none
     */
    public LocalServer server(String name) {
        return servers().stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No server '" + name + "' in " + servers()));
    }

    /**
     * The data node that says now that it is the primary. Of several, a node is passed over whose history another one
     * continues under a new name; if that leaves several, the Sentinel with the newest configuration decides. In a
     * cluster it is the owner of slot 0.
     *
     * @throws LocalRedisException when no living node says so, or owns slot 0
     */
    public LocalServer primary() {
        if (plan.isCluster()) {
            return primary(0);
        }
        Map<LocalServer, Map<String, String>> primaries = dataNodes.stream()
                .filter(LocalServer::isAlive)
                .collect(Collectors.toMap(s -> s, s -> s.info("replication")));
        primaries.values().removeIf(info -> !"master".equals(info.get("role")));
        if (primaries.size() > 1) {
            List<String> left = primaries.values().stream()
                    .map(info -> info.getOrDefault("master_replid2", ""))
                    .toList();
            primaries.values().removeIf(info -> left.contains(info.get("master_replid")));
        }
        if (primaries.size() > 1) {
            int port = watchers.primaryPort();
            primaries.keySet().removeIf(s -> s.port() != port);
        }
        return primaries.keySet().stream()
                .findFirst()
                .orElseThrow(() -> new LocalRedisException("No living node of " + dataNodes + " is primary now"));
    }

    /**
     * The living nodes that own slots now, the owner of the lowest slot first; without a cluster the one primary. Of
     * several that claim a slot the one with the highest epoch owns it, so one that was deposed and does not know it yet
     * does not count. Of a node that lives and does not answer the others tell what it owns.
     */
    public List<LocalServer> primaries() {
        return plan.isCluster() ? cluster.primaries() : List.of(primary());
    }

    /**
     * The owner of a slot; without a cluster the one primary.
     *
     * @throws LocalRedisException when nobody owns the slot, or its owner is dead and not replaced yet
     */
    public LocalServer primary(int slot) {
        Objects.checkIndex(slot, Cluster.SLOTS);
        if (!plan.isCluster()) {
            return primary();
        }
        LocalServer owner = cluster.owners(cluster.views()).get(slot);
        if (owner == null || !owner.isAlive()) {
            throw new LocalRedisException("Slot " + slot + " has no living owner now"
                    + (owner == null ? "" : "; it was " + owner + ", which is dead"));
        }
        return owner;
    }

    /** The data nodes that say now that they are replicas. */
    public List<LocalServer> replicas() {
        return dataNodes.stream()
                .filter(s -> s.isAlive() && "slave".equals(s.info("replication").get("role")))
                .toList();
    }

    /** The data nodes that say now that they are replicas of this one. */
    public List<LocalServer> replicas(LocalServer primary) {
        String port = String.valueOf(primary.port());
        return dataNodes.stream()
                .filter(LocalServer::isAlive)
                .filter(s -> {
                    Map<String, String> info = s.info("replication");
                    return "slave".equals(info.get("role")) && port.equals(info.get("master_port"));
                })
                .toList();
    }

    /** Starts one more replica of {@link #primary()}, as {@link #addReplica(LocalServer)} does. */
    public LocalServer addReplica() {
        return addReplica(primary());
    }

    /**
     * Starts one more replica of this primary. Returns when it is in sync, and every Sentinel, or every node of the
     * cluster that answers, sees it.
     */
    public synchronized LocalServer addReplica(LocalServer primary) {
        mustBeOurs(primary);
        Deadline deadline = Deadline.in(plan.startBound);
        if (plan.isCluster()) {
            return addToCluster(primary, deadline);
        }
        long before = onlineReplicas(primary);
        LocalServer replica = startNode(primary, 0, deadline);
        awaitReplicas(primary, List.of(replica), deadline);
        if (!sentinels.isEmpty()) {
            watchers.awaitComplete((int) before + 1, !plan.quickDemotion, deadline);
        }
        return replica;
    }

    private LocalServer addToCluster(@Nullable LocalServer primary, Deadline deadline) {
        LocalServer node = startNode(null, 0, deadline);
        cluster.join(node, deadline);
        if (primary != null) {
            cluster.replicate(node, primary, deadline);
            awaitReplicas(primary, List.of(node), deadline);
        }
        return node;
    }

    /**
     * Starts one more shard of a cluster: a primary that owns no slots yet, with as many replicas as the plan gives each.
     * Returns its primary when its replicas are in sync and every node that answers knows them all;
     * {@link #primaries} has it as soon as {@link #moveSlots slots were moved} to it.
     *
     * @throws IllegalStateException when this is not a cluster
     */
    public synchronized LocalServer addShard() {
        mustBeCluster();
        Deadline deadline = Deadline.in(plan.startBound);
        LocalServer primary = addToCluster(null, deadline);
        for (int i = 0; i < plan.replicas; i++) {
            addToCluster(primary, deadline);
        }
        cluster.awaitServing(primary, deadline);
        return primary;
    }

    private void mustBeCluster() {
        if (!plan.isCluster()) {
            throw new IllegalStateException("This is not a cluster: start the deployment with LocalRedis.cluster()");
        }
    }

    private void mustBeOurs(LocalServer node) {
        if (!dataNodes.contains(node)) {
            throw new IllegalArgumentException(node + " is not a data node of this deployment, or was removed");
        }
    }

    /**
     * A move of these slots between two primaries of a cluster; {@link SlotMove#run} does it.
     *
     * @throws IllegalStateException when this is not a cluster
     */
    public SlotMove moveSlots(LocalServer from, LocalServer to, List<Integer> slots) {
        mustBeCluster();
        mustBeOurs(from);
        mustBeOurs(to);
        // The source stands still while it waits for the target: not so long that the others call it failing.
        return new SlotMove(cluster, from, to, slots, plan.nodeTimeout.dividedBy(2));
    }

    /** A move of the slots from the first to the last one, both included. */
    public SlotMove moveSlots(LocalServer from, LocalServer to, int first, int last) {
        return moveSlots(from, to, IntStream.rangeClosed(first, last).boxed().toList());
    }

    /**
     * Kills a replica, and makes the Sentinels forget it and every other replica that is gone. In a cluster every living
     * node forgets it; one that is dead now would remember it when it comes back. There a primary can be removed too that
     * owns no slots and has no replicas.
     *
     * @throws IllegalArgumentException when it is not a data node of this deployment, or is the primary
     */
    public synchronized void remove(LocalServer replica) {
        mustBeOurs(replica);
        Deadline deadline = Deadline.in(plan.startBound);
        if (plan.isCluster()) {
            removeFromCluster(replica, deadline);
            return;
        }
        LocalServer primary = primary();
        if (replica.equals(primary)) {
            throw new IllegalArgumentException("Only a replica can be removed; " + replica + " is not one");
        }
        String gone = "port=" + replica.port() + ",";
        replica.kill();
        dataNodes.remove(replica);
        if (!deadline.await(() -> primary.info("replication").values().stream().noneMatch(v -> v.contains(gone)))) {
            throw new LocalRedisException(primary + " still counts the dead " + replica);
        }
        if (!sentinels.isEmpty()) {
            watchers.forget((int) onlineReplicas(primary), !plan.quickDemotion, deadline);
        }
    }

    private void removeFromCluster(LocalServer node, Deadline deadline) {
        if (cluster.primaryIdOf(node) == null && cluster.isNeeded(node)) {
            throw new IllegalArgumentException("Only a replica, or a primary without slots and replicas, can be"
                    + " removed; " + node + " is neither");
        }
        node.kill();
        dataNodes.remove(node);
        cluster.forget(node, deadline);
    }

    /**
     * The link between two servers, whoever opened its connections.
     *
     * @throws IllegalStateException when the deployment was not started with {@link LocalRedis#links}
     */
    public Link link(LocalServer one, LocalServer other) {
        if (one.equals(other)) {
            throw new IllegalArgumentException("There is no link from " + one + " to itself");
        }
        return foundry.network().link(one.name(), other.name());
    }

    /**
     * The links between these servers and all others of the deployment: cut, they are a partition, of which the application
     * reaches both sides.
     *
     * @throws IllegalStateException when the deployment was not started with {@link LocalRedis#links}
     */
    public List<Link> border(List<LocalServer> side) {
        return servers().stream()
                .filter(server -> !side.contains(server))
                .flatMap(other -> side.stream().map(server -> link(server, other)))
                .toList();
    }

    /**
     * The link between the application (whoever is not a server of this deployment) and a server.
     *
     * @throws IllegalStateException when the deployment was not started with {@link LocalRedis#links}
     */
    public Link clientLink(LocalServer server) {
        return foundry.network().link(Network.APPLICATION, server.name());
    }

    /** Where each server has a folder of its name with its configuration, data and log. */
    public Path directory() {
        return folder;
    }

    /** What runs, such as "Redis 7.0.15". */
    public String serverVersion() {
        return foundry.binary().version();
    }

    /** Every setting of the servers that is not a default of theirs, for reports; passwords are masked. */
    public List<String> nonDefaultSettings() {
        Stream<String> files = servers().stream()
                .flatMap(server -> server.spec().conf().nonDefaults().stream()
                        .map(line -> server.spec().confFile().getFileName() + ": " + line));
        Stream<String> live = sentinels.stream()
                .flatMap(s -> s.spec().afterStart().stream())
                .map(command -> "sentinel, by command: " + String.join(" ", command));
        return Stream.concat(files, live).distinct().toList();
    }

    List<Long> guardianPids() {
        return foundry.guardianPids();
    }

    /** Ends every process and removes the folder if it is temporary. */
    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(endOfJvm);
        } catch (IllegalStateException e) {
            Objects.requireNonNull(e); // the JVM ends now, and the hook does the same
        }
    }

    private void end() {
        servers().stream().filter(LocalServer::isAlive).forEach(LocalServer::kill);
        foundry.close();
    }

    /** The masked URI. */
    @Override
    public String toString() {
        return maskedUri();
    }
}
