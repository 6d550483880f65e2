package dev.lockstep.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A plan of a deployment: what to start. {@link #start} makes it real.
 *
 * <pre>{@code
 * try (LocalDeployment redis = LocalRedis.sentinel().password("secret").start()) {
 *     connect(redis.uri());
 *     redis.primary().kill();
 * }
 * }</pre>
 *
 * <p>Not thread-safe. A plan may be started several times.
 */
public final class LocalRedis {
    static final Duration START_BOUND = Duration.ofSeconds(60);
    private static final Set<String> OURS = Set.of(
            "port",
            "tls-port",
            "bind",
            "bind-source-addr",
            "dir",
            "requirepass",
            "masterauth",
            "replicaof",
            "slaveof",
            "logfile",
            "daemonize",
            "include",
            "replica-announce-ip",
            "replica-announce-port",
            "cluster-enabled",
            "cluster-config-file",
            "cluster-port",
            "cluster-announce-ip",
            "cluster-announce-port",
            "cluster-announce-tls-port",
            "cluster-announce-bus-port",
            "tls-cluster");

    /** 0 when it is not a cluster. */
    int shards;

    int replicas;
    int sentinels;
    int quorum;
    int port;
    String primaryName = "mymaster";

    @Nullable
    String password;

    @Nullable
    String sentinelPassword;

    @Nullable
    Path serverBin;

    @Nullable
    Path dir;

    Duration downAfter = Duration.ofSeconds(1);
    Duration failoverTimeout = Duration.ofSeconds(10);
    Duration startBound = START_BOUND;
    Duration nodeTimeout = Duration.ofSeconds(1);
    boolean fullCoverage = true;
    boolean quickDemotion;
    boolean links;
    boolean tls;
    List<String> config = new ArrayList<>();

    private LocalRedis() {}

    /** One server; with {@link #replicas(int)} one primary and replicas that nobody promotes. */
    public static LocalRedis standalone() {
        return new LocalRedis();
    }

    /** One primary and 2 replicas, watched by 3 Sentinels with quorum 2 under the name "mymaster". */
    public static LocalRedis sentinel() {
        return new LocalRedis().replicas(2).sentinels(3).quorum(2);
    }

    /**
     * A Redis Cluster of 3 shards, each of one primary and 1 replica, which share the slots evenly. Needs Redis 7.0 or
     * later. Beside the names in this plan two settings decide what it survives, and {@link #config} can replace them:
     * replicas stay with their shard ({@code cluster-allow-replica-migration no}), so that a shard is what it was started
     * as; and a replica that has been without its primary for longer than 10 s and 10 times the node timeout, or that
     * never had a copy, does not stand for election ({@code cluster-replica-validity-factor 10}, the servers' default).
     */
    public static LocalRedis cluster() {
        LocalRedis plan = new LocalRedis().replicas(1);
        plan.shards = 3;
        return plan;
    }

    /** How many shards the cluster has, each with a primary of its own; with 1 or 2 of them nobody can be elected. */
    public LocalRedis shards(int count) {
        if (!isCluster()) {
            throw new IllegalArgumentException("Only a cluster has shards: begin the plan with LocalRedis.cluster()");
        }
        shards = within(1, 100, count, "shards");
        return this;
    }

    /** How many copies each primary has, from 0. */
    public LocalRedis replicas(int count) {
        replicas = within(0, 100, count, "replicas");
        return this;
    }

    /** How many Sentinels watch. */
    public LocalRedis sentinels(int count) {
        sentinels = within(0, 100, count, "sentinels");
        return this;
    }

    /** How many Sentinels must miss the primary before a failover; a majority must agree to it in any case. */
    public LocalRedis quorum(int count) {
        quorum = within(1, 100, count, "quorum");
        return this;
    }

    /** The name under which the Sentinels know the primary; "mymaster" if not set. */
    public LocalRedis primaryName(String name) {
        if (!name.matches("[A-Za-z0-9._-]+")) {
            throw new IllegalArgumentException(
                    "A master name has only letters, digits, '.', '_' and '-'; got '" + name + "'");
        }
        primaryName = name;
        return this;
    }

    /** The password of all data nodes; the Sentinels know it too. */
    public LocalRedis password(String secret) {
        password = checked(secret);
        return this;
    }

    /** The password of the Sentinels. */
    public LocalRedis sentinelPassword(String secret) {
        sentinelPassword = checked(secret);
        return this;
    }

    /** Lets every server speak only TLS, with a certificate made for this deployment; see {@link LocalDeployment#caFile}. */
    public LocalRedis tls(boolean on) {
        tls = on;
        return this;
    }

    /**
     * The port of the first Sentinel, of the first node of a cluster, or of the standalone server; further Sentinels, or
     * nodes of the cluster, take the following ports. Data nodes beside Sentinels take free ports, and so do the bus of a
     * cluster, and everything when no port is set.
     */
    public LocalRedis port(int first) {
        port = within(1, 65_535, first, "port");
        return this;
    }

    /** The redis-server or valkey-server to run, instead of the one that comes along. */
    public LocalRedis serverBin(Path file) {
        serverBin = file;
        return this;
    }

    /** An empty or new folder for data, configuration and logs, which is kept; otherwise they go when it closes. */
    public LocalRedis dir(Path folder) {
        dir = folder;
        return this;
    }

    /** How long a Sentinel waits for an answer before it calls a node down; 1 s if not set. Below that it flaps. */
    public LocalRedis downAfter(Duration time) {
        downAfter = time;
        return this;
    }

    /** How long the Sentinels give a failover; a failed one is tried again after twice that time. 10 s if not set. */
    public LocalRedis failoverTimeout(Duration time) {
        failoverTimeout = time;
        return this;
    }

    /**
     * How long a node of a cluster waits for an answer of another one before it calls it failing; 1 s if not set. A
     * replica takes over about 1 to 2 s later.
     */
    public LocalRedis nodeTimeout(Duration time) {
        if (time.toMillis() < 1) {
            throw new IllegalArgumentException("The node timeout is at least 1 ms; got " + time);
        }
        nodeTimeout = time;
        return this;
    }

    /** Whether a cluster refuses every key while one slot has no owner that lives; it does if not set. */
    public LocalRedis fullCoverage(boolean required) {
        fullCoverage = required;
        return this;
    }

    /**
     * Lets the Sentinels demote an old primary that comes back in about 2 s instead of 11 s ({@code SENTINEL DEBUG
     * info-period 500 publish-period 200}, Redis 7.0 and later). Off if not set, because production has it off.
     */
    public LocalRedis quickDemotion(boolean quick) {
        quickDemotion = quick;
        return this;
    }

    /**
     * Puts a proxy before each server, so that {@link LocalDeployment#link links} can be cut and slowed. Off if not set:
     * then nothing stands between the application and the servers. Needs Linux and Redis 7.0 or later.
     */
    public LocalRedis links(boolean on) {
        links = on;
        return this;
    }

    /** How long {@link #start} may take; 60 s if not set. */
    public LocalRedis startWithin(Duration time) {
        startBound = time;
        return this;
    }

    /**
     * A line of redis.conf for the data nodes. It replaces what the deployment would write under that name; for example
     * {@code config("appendonly", "no")} gives up {@link LocalServer#restart} with data.
     */
    public LocalRedis config(String name, String value) {
        if (!name.matches("[a-z0-9-]+") || value.isBlank() || value.chars().anyMatch(c -> c < ' ')) {
            throw new IllegalArgumentException("Expected one line of redis.conf, got '" + name + " " + value + "'");
        }
        if (OURS.contains(name)) {
            throw new IllegalArgumentException("'" + name + "' is set by the deployment itself; see LocalRedis for what"
                    + " can be chosen (password, port, dir, replicas)");
        }
        config.add(name + " " + value);
        return this;
    }

    /**
     * Starts the servers. Returns when the replicas are in sync, and every Sentinel sees all of it, or every node of a
     * cluster sees all others and calls the cluster whole.
     *
     * @throws LocalRedisException when no server binary is found, a port is in use, a server ends while it starts, or the
     *     deployment is not complete in time; nothing is left running then
     */
    public LocalDeployment start() {
        if (sentinels > 0 && (quorum < 1 || quorum > sentinels)) {
            throw new IllegalArgumentException(
                    "The quorum must be between 1 and the " + sentinels + " sentinels; got " + quorum);
        }
        if (isCluster() && sentinels > 0) {
            throw new IllegalArgumentException("A cluster has no sentinels: its primaries elect");
        }
        int lastPort = port + shards * (1 + replicas) - 1;
        if (isCluster() && port > 0 && lastPort > 65_535) {
            throw new IllegalArgumentException(
                    "The nodes would take the ports " + port + " to " + lastPort + "; the last port there is is 65535");
        }
        if (links && !System.getProperty("os.name").startsWith("Linux")) {
            throw new LocalRedisException("links(true) needs Linux, where every server can have an address of its own;"
                    + " this is " + System.getProperty("os.name"));
        }
        LocalDeployment deployment = new LocalDeployment(copy(), ServerBinary.find(serverBin));
        try {
            deployment.start();
        } catch (RuntimeException e) {
            deployment.close();
            throw e;
        }
        return deployment;
    }

    boolean isCluster() {
        return shards > 0;
    }

    private LocalRedis copy() {
        LocalRedis copy = new LocalRedis();
        copy.shards = shards;
        copy.replicas = replicas;
        copy.sentinels = sentinels;
        copy.quorum = quorum;
        copy.port = port;
        copy.primaryName = primaryName;
        copy.password = password;
        copy.sentinelPassword = sentinelPassword;
        copy.serverBin = serverBin;
        copy.dir = dir;
        copy.downAfter = downAfter;
        copy.failoverTimeout = failoverTimeout;
        copy.startBound = startBound;
        copy.nodeTimeout = nodeTimeout;
        copy.fullCoverage = fullCoverage;
        copy.quickDemotion = quickDemotion;
        copy.links = links;
        copy.tls = tls;
        copy.config = new ArrayList<>(config);
        return copy;
    }

    private static int within(int lowest, int highest, int value, String what) {
        if (value < lowest || value > highest) {
            throw new IllegalArgumentException(
                    what + " must be between " + lowest + " and " + highest + "; got " + value);
        }
        return value;
    }

    /** Sentinel writes passwords into its file without quotes, so only those that need none survive its restart. */
    private static String checked(String secret) {
        if (!secret.matches("[!-~&&[^\"'\\\\]]{1,512}")) {
            throw new IllegalArgumentException("A password here is 1 to 512 printable ASCII characters without spaces,"
                    + " quotes or backslashes, because redis-server cannot keep others in its files");
        }
        return secret;
    }
}
