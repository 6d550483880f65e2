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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A running deployment of real servers on 127.0.0.1.
 *
 * <p>{@link #close} ends every process and removes the folder if it is temporary; so does the end of the JVM, however it
 * ends. Thread-safe.
 */
public final class LocalDeployment implements AutoCloseable {
    private final LocalRedis plan;
    private final Path folder;
    private final Foundry foundry;
    private final List<LocalServer> dataNodes = new CopyOnWriteArrayList<>();
    private final List<LocalServer> sentinels = new CopyOnWriteArrayList<>();
    private final Sentinels watchers;
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
        return node;
    }

    /** A replica rewrites its append-only file after the first copy; killed before that, it would come back empty. */
    private static void awaitReplicas(LocalServer primary, List<LocalServer> replicas, Deadline deadline) {
        for (LocalServer replica : replicas) {
            if (!deadline.await(() -> isOnline(primary, replica)
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
     * Where clients connect, passwords included: {@code redis-sentinel://…#mymaster} with Sentinels, otherwise
     * {@code redis://…}; with TLS {@code rediss} instead of {@code redis}.
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
        boolean single = plan.sentinels == 0;
        String scheme = (plan.tls ? "rediss" : "redis") + (single ? "" : "-sentinel");
        String secret = plan.password == null ? "" : ":" + shape.of(plan.password) + "@";
        String hosts = (single ? dataNodes.subList(0, 1) : sentinels)
                .stream().map(s -> s.host() + ":" + s.port()).collect(Collectors.joining(","));
        List<String> options = new ArrayList<>();
        if (!single && plan.sentinelPassword != null) {
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
                + (single ? "" : "#" + plan.primaryName);
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
     * continues under a new name; if that leaves several, the Sentinel with the newest configuration decides.
     *
     * @throws LocalRedisException when no node says so
     */
    public LocalServer primary() {
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

    /** The data nodes that say now that they are replicas. */
    public List<LocalServer> replicas() {
        return dataNodes.stream()
                .filter(s -> s.isAlive() && "slave".equals(s.info("replication").get("role")))
                .toList();
    }

    /** Starts one more replica of the current primary. Returns when it is in sync and every Sentinel sees it. */
    public synchronized LocalServer addReplica() {
        Deadline deadline = Deadline.in(plan.startBound);
        LocalServer primary = primary();
        long before = onlineReplicas(primary);
        LocalServer replica = startNode(primary, 0, deadline);
        awaitReplicas(primary, List.of(replica), deadline);
        if (!sentinels.isEmpty()) {
            watchers.awaitComplete((int) before + 1, !plan.quickDemotion, deadline);
        }
        return replica;
    }

    /**
     * Kills a replica, and makes the Sentinels forget it and every other replica that is gone.
     *
     * @throws IllegalArgumentException when it is not a data node of this deployment, or is the primary
     */
    public synchronized void remove(LocalServer replica) {
        LocalServer primary = primary();
        if (!dataNodes.contains(replica) || replica.equals(primary)) {
            throw new IllegalArgumentException("Only a replica can be removed; " + replica + " is not one");
        }
        Deadline deadline = Deadline.in(plan.startBound);
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
