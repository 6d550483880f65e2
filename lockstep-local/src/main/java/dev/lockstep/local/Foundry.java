package dev.lockstep.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Makes the servers of one deployment, each with its ports, file and proxy, and owns what they share. */
final class Foundry implements AutoCloseable {
    private static final int PORT_TRIES = 5;

    private final LocalRedis plan;
    private final ServerBinary binary;
    private final Path folder;
    private final Guardian guardian;
    private final List<PortLease> leases = new CopyOnWriteArrayList<>();
    private final @Nullable Network network;
    private @Nullable Certificates certificates;

    Foundry(LocalRedis plan, ServerBinary binary, Path folder) {
        this.plan = plan;
        this.binary = binary;
        this.folder = folder;
        this.network = plan.links ? new Network() : null;
        this.guardian = new Guardian(folder, plan.dir == null);
    }

    /** Makes the folder and what must be there before the first server. */
    void open() {
        try {
            guardian.makeFolder();
        } catch (IOException e) {
            throw new LocalRedisException("Cannot make the folder " + folder, e);
        }
        if (plan.tls) {
            certificates = Certificates.in(folder.resolve("tls"));
        }
    }

    LocalServer startNode(String name, int fixedPort, @Nullable LocalServer primary, Deadline deadline) {
        return startServer(name, fixedPort, deadline, ports -> nodeConf(name, ports, primary));
    }

    LocalServer startSentinel(String name, int fixedPort, LocalServer primary, Deadline deadline) {
        return startServer(name, fixedPort, deadline, ports -> sentinelConf(name, ports, primary));
    }

    private interface ConfForPorts {
        Conf at(Ports ports);
    }

    /** A free port may be lost to somebody who did not look; then another is tried. */
    private LocalServer startServer(String name, int fixedPort, Deadline deadline, ConfForPorts confForPorts) {
        for (int tries = 1; ; tries++) {
            LocalServer server = newServer(name, fixedPort, confForPorts);
            try {
                server.start(deadline);
                return server;
            } catch (LocalRedisException e) {
                String log = server.logTail(20);
                if (log.contains("tls-port") && log.contains("Bad directive")) {
                    throw new LocalRedisException(
                            binary.path() + " (" + binary.version() + ") was built without TLS."
                                    + " Name a redis-server with TLS as serverBin (--server-bin).",
                            e);
                }
                if (log.contains("cluster-port") && log.contains("Bad directive")) {
                    throw new LocalRedisException(
                            binary.path() + " (" + binary.version() + ") is too old for a cluster here: Redis 7.0 or"
                                    + " later is needed. Name a newer one as serverBin (--server-bin).",
                            e);
                }
                boolean portLost = fixedPort == 0 && log.contains("Address already in use");
                if (!portLost || tries == PORT_TRIES) {
                    throw e;
                }
            }
        }
    }

    private LocalServer newServer(String name, int fixedPort, ConfForPorts confForPorts) {
        boolean sentinel = name.startsWith("sentinel");
        Ports ports = ports(fixedPort);
        String password = sentinel ? plan.sentinelPassword : plan.password;
        Endpoint endpoint = new Endpoint(ports.own(), password, certificates == null ? null : certificates.sockets());
        List<List<String>> afterStart = sentinel && plan.quickDemotion ? List.of(Sentinels.HURRY) : List.of();
        ServerSpec spec =
                new ServerSpec(name, ports, endpoint, folder.resolve(name), confForPorts.at(ports), afterStart);
        return new LocalServer(spec, binary, guardian, proxies(name, ports));
    }

    private Ports ports(int fixedPort) {
        int told = lease(fixedPort);
        int own = network == null ? told : lease(0);
        if (!plan.isCluster()) {
            return new Ports(told, own, 0, 0);
        }
        int toldBus = lease(0);
        return new Ports(told, own, toldBus, network == null ? toldBus : lease(0));
    }

    private List<NodeProxy> proxies(String name, Ports ports) {
        if (network == null) {
            return List.of();
        }
        NodeProxy data = network.proxy(name, name, ports.told(), ports.own());
        return plan.isCluster()
                ? List.of(data, network.proxy(name + "-bus", name, ports.toldBus(), ports.ownBus()))
                : List.of(data);
    }

    private int lease(int fixedPort) {
        PortLease lease = fixedPort == 0 ? PortLease.any() : PortLease.of(fixedPort);
        leases.add(lease);
        return lease.port();
    }

    private Conf placement(String name, Ports ports) {
        Conf conf = new Conf().add("bind", "127.0.0.1").place("dir", folder.resolve(name));
        if (certificates == null) {
            conf.place("port", ports.own());
        } else {
            conf.add("port", "0").place("tls-port", ports.own());
            conf.place("tls-ca-cert-file", certificates.caFile());
            conf.place("tls-cert-file", certificates.certFile()).place("tls-key-file", certificates.keyFile());
            conf.add("tls-auth-clients", "no").add("tls-replication", "yes");
        }
        if (network != null) {
            conf.place("bind-source-addr", network.sourceAddress(name));
        }
        return conf;
    }

    private Conf nodeConf(String name, Ports ports, @Nullable LocalServer primary) {
        Conf conf = placement(name, ports);
        if (plan.password != null) {
            // Roles change, so every node asks for the password and knows it.
            conf.secret("requirepass", plan.password).secret("masterauth", plan.password);
        }
        if (primary != null) {
            conf.place("replicaof", "127.0.0.1 " + primary.port());
        }
        conf.add("replica-announce-ip", "127.0.0.1").place("replica-announce-port", ports.told());
        if (plan.isCluster()) {
            clusterConf(conf, ports);
        }
        // The append-only file without fsync is written before every reply: it survives SIGKILL, not a power cut.
        conf.add("save", "\"\"").add("appendonly", "yes").add("appendfsync", "no");
        // Long histories keep a returning node on the short way (partial resynchronisation).
        conf.add("repl-backlog-size", "64mb").add("repl-backlog-ttl", "0").add("repl-diskless-sync-delay", "0");
        return conf.override(plan.config);
    }

    private void clusterConf(Conf conf, Ports ports) {
        conf.add("cluster-enabled", "yes").explain("cluster-config-file", ServerSpec.CLUSTER_FILE);
        // The bus has a port of its own, because 10000 above the other one may be somebody else's.
        conf.place("cluster-port", ports.ownBus()).place("cluster-announce-bus-port", ports.toldBus());
        conf.add("cluster-announce-ip", "127.0.0.1");
        if (certificates == null) {
            conf.place("cluster-announce-port", ports.told());
        } else {
            conf.add("tls-cluster", "yes").place("cluster-announce-tls-port", ports.told());
        }
        conf.add("cluster-node-timeout", "" + plan.nodeTimeout.toMillis());
        if (plan.fullCoverage) {
            conf.explain("cluster-require-full-coverage", "yes");
        } else {
            conf.add("cluster-require-full-coverage", "no");
        }
        // Who follows whom is the test's to say. And 0 as validity factor would let an empty replica take over.
        conf.add("cluster-allow-replica-migration", "no").explain("cluster-replica-validity-factor", "10");
    }

    private Conf sentinelConf(String name, Ports ports, LocalServer primary) {
        Conf conf = placement(name, ports);
        if (network != null) {
            conf.add("sentinel announce-ip", "127.0.0.1").place("sentinel announce-port", ports.told());
        }
        if (plan.sentinelPassword != null) {
            conf.secret("requirepass", plan.sentinelPassword);
        }
        String master = plan.primaryName;
        String monitored = "127.0.0.1 " + primary.port() + " " + plan.quorum;
        conf.place("sentinel monitor " + master, monitored, "(primary) " + plan.quorum);
        if (plan.password != null) {
            conf.secret("sentinel auth-pass " + master, plan.password);
        }
        return conf.add("sentinel down-after-milliseconds " + master, "" + plan.downAfter.toMillis())
                .add("sentinel failover-timeout " + master, "" + plan.failoverTimeout.toMillis())
                .explain("sentinel parallel-syncs " + master, "1");
    }

    ServerBinary binary() {
        return binary;
    }

    @Nullable
    Certificates certificates() {
        return certificates;
    }

    Network network() {
        if (network == null) {
            throw new IllegalStateException("Links need proxies: start the deployment with LocalRedis.links(true)");
        }
        return network;
    }

    List<Long> guardianPids() {
        return guardian.pids();
    }

    @Override
    public void close() {
        guardian.close();
        if (network != null) {
            network.close();
        }
        leases.forEach(PortLease::close);
        leases.clear();
    }
}
