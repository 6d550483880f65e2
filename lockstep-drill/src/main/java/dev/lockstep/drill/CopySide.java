package dev.lockstep.drill;

import dev.lockstep.drill.CopyDrillSettings.Kind;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One of the two deployments of a drill of copies: its servers, and whether they are whole. */
final class CopySide implements AutoCloseable {

    static final String PASSWORD = "drill";
    private static final int SHARDS = 3;
    private static final String PATIENCE = "?connectTimeout=3s&socketTimeout=2s";

    private final String name;
    private final Kind kind;
    private final LocalDeployment deployment;

    private CopySide(String name, Kind kind, LocalDeployment deployment) {
        this.name = name;
        this.kind = kind;
        this.deployment = deployment;
    }

    /** @param links whether the links between its servers can be cut */
    static CopySide start(String name, Kind kind, boolean links, @Nullable Path serverBin) {
        LocalRedis plan = switch (kind) {
            case STANDALONE -> LocalRedis.standalone();
            case SENTINEL -> LocalRedis.sentinel().quickDemotion(true);
            case CLUSTER -> LocalRedis.cluster().shards(SHARDS).replicas(1);
        };
        plan.password(PASSWORD).links(links);
        if (serverBin != null) {
            plan.serverBin(serverBin);
        }
        return new CopySide(name, kind, plan.start());
    }

    LocalDeployment deployment() {
        return deployment;
    }

    /** Where the copier finds it, with the patience that a process needs which has just begun on a busy machine. */
    String uriForCopier() {
        String uri = deployment.uri();
        int name = uri.indexOf('#');
        String address = name < 0 ? uri : uri.substring(0, name);
        return address + PATIENCE + (name < 0 ? "" : uri.substring(name));
    }

    Kind kind() {
        return kind;
    }

    int shards() {
        return kind == Kind.CLUSTER ? SHARDS : 1;
    }

    /** Such as {@code source node-2}. */
    String label(LocalServer server) {
        return name + " " + server.name();
    }

    /** What runs and what of its settings is not a default, one line each. */
    List<String> description() {
        List<String> lines = new ArrayList<>();
        lines.add(deployment.serverVersion() + ", "
                + switch (kind) {
                    case STANDALONE -> "one server";
                    case SENTINEL -> "1 primary, 2 replicas, 3 Sentinels, quorum 2";
                    case CLUSTER -> "a cluster of 3 shards, each of 1 primary and 1 replica";
                });
        lines.addAll(deployment.nonDefaultSettings());
        return lines;
    }

    /** A value of a server's INFO replication; empty if it does not say. */
    static String replication(LocalServer server, String field) {
        return String.valueOf(server.command("INFO", "replication"))
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1))
                .findFirst()
                .orElse("");
    }

    private static boolean isPrimary(LocalServer server) {
        return replication(server, "role").equals("master");
    }

    /** The data nodes that follow this one. */
    List<LocalServer> replicas(LocalServer primary) {
        return deployment.replicas(primary);
    }

    /** Whether every shard has one primary, which answers, and every other data node follows one and is in step. */
    boolean isWhole() {
        int primaries = 0;
        for (LocalServer node : deployment.dataNodes()) {
            if (isPrimary(node)) {
                primaries++;
            } else if (!replication(node, "master_link_status").equals("up")) {
                return false;
            }
            if (kind == Kind.CLUSTER
                    && !String.valueOf(node.command("CLUSTER", "INFO")).contains("cluster_state:ok")) {
                return false;
            }
        }
        return primaries == shards() && deployment.primaries().size() == shards();
    }

    /** Whether another node has taken the place of this one. */
    boolean isReplaced(LocalServer primary) {
        List<LocalServer> now = deployment.primaries();
        return now.size() == shards()
                && now.stream()
                        .allMatch(node -> !node.equals(primary)
                                && "PONG".equals(String.valueOf(node.command("PING")))
                                && isPrimary(node));
    }

    /** The slots that a primary of a cluster owns, as it says. */
    static List<Integer> slots(LocalServer primary) {
        List<Integer> slots = new ArrayList<>();
        for (String line :
                String.valueOf(primary.command("CLUSTER", "NODES")).lines().toList()) {
            String[] words = line.split(" ", -1);
            for (int i = 8; words.length > 2 && words[2].contains("myself") && i < words.length; i++) {
                if (!words[i].startsWith("[")) {
                    String[] ends = words[i].split("-", -1);
                    for (int slot = Integer.parseInt(ends[0]);
                            slot <= Integer.parseInt(ends[ends.length - 1]);
                            slot++) {
                        slots.add(slot);
                    }
                }
            }
        }
        return slots;
    }

    @Override
    public void close() {
        deployment.close();
    }
}
