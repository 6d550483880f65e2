package dev.lockstep.cli;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants to know of servers that have just been started: how to connect, and whom to kill. Also its JSON.
 *
 * @param uri where clients connect, passwords included: its purpose is to be pasted
 * @param maskedUri the same without passwords
 * @param server what runs
 * @param folder where the servers have their files
 * @param caFile the certificate that clients have to trust; null without TLS
 */
record UpFacts(
        int schemaVersion,
        String uri,
        String maskedUri,
        String server,
        String folder,
        @Nullable String caFile,
        List<Server> dataNodes,
        List<Server> sentinels) {

    /**
     * One process.
     *
     * @param primary the name of the server that a replica follows; null for others
     */
    record Server(String name, String role, @Nullable String primary, String host, int port, long pid) {
        static Server of(LocalServer server, String role, @Nullable LocalServer primary) {
            return new Server(
                    server.name(),
                    role,
                    primary == null ? null : primary.name(),
                    server.host(),
                    server.port(),
                    server.pid());
        }
    }

    static UpFacts of(LocalDeployment deployment, boolean tls) {
        List<LocalServer> primaries = deployment.primaries();
        Map<LocalServer, LocalServer> primaryOf = new HashMap<>();
        for (LocalServer primary : primaries) {
            deployment.replicas(primary).forEach(replica -> primaryOf.put(replica, primary));
        }
        return new UpFacts(
                1,
                deployment.uri(),
                deployment.maskedUri(),
                deployment.serverVersion(),
                deployment.directory().toString(),
                tls ? deployment.caFile().toString() : null,
                deployment.dataNodes().stream()
                        .map(node ->
                                Server.of(node, primaries.contains(node) ? "primary" : "replica", primaryOf.get(node)))
                        .toList(),
                deployment.sentinels().stream()
                        .map(sentinel -> Server.of(sentinel, "sentinel", null))
                        .toList());
    }

    /** The URI alone on the first line, so that {@code head -1} is enough for a script. */
    void print(Output output) {
        output.line(uri);
        output.line("");
        String primary = redisCli(dataNodes.get(0), hasPassword());
        if (sentinels.isEmpty()) {
            output.line("  redis-cli   " + primary);
            if (isCluster()) {
                output.line("  Python      " + pythonCluster());
            }
        } else {
            output.line("  redis-cli   " + redisCli(sentinels.get(0), hasSentinelPassword())
                    + " sentinel get-master-addr-by-name mymaster");
            output.line("              " + primary + "   (the primary, until a failover)");
            output.line("  Python      " + python());
        }
        String pasted = uri.equals(maskedUri) ? uri : "<the first line>"; // where passwords stand nowhere else
        output.line("  Java        Lockstep.connect(\"" + pasted + "\")");
        output.line("  status      " + Main.commandName() + " status --watch '" + pasted + "'");
        output.line("");
        Table table = new Table("SERVER", "ROLE", "OF", "ADDRESS", ">PID");
        for (List<Server> servers : List.of(dataNodes, sentinels)) {
            servers.forEach(server -> table.row(
                    server.name(),
                    server.role(),
                    isCluster() && server.primary() != null ? server.primary() : "",
                    server.host() + ":" + server.port(),
                    String.valueOf(server.pid())));
        }
        output.lines(table.indented(2));
        output.line("");
        output.line("  " + server + ", files in " + folder);
    }

    private boolean isCluster() {
        return maskedUri.contains("-cluster://");
    }

    private boolean hasPassword() {
        return maskedUri.contains(":***@");
    }

    private boolean hasSentinelPassword() {
        return maskedUri.contains("sentinelPassword=");
    }

    private String redisCli(Server to, boolean secret) {
        return "redis-cli " + (isCluster() ? "-c " : "") + "-p " + to.port() + (secret ? " --askpass" : "")
                + (caFile == null ? "" : " --tls --cacert " + caFile);
    }

    private String pythonCluster() {
        Server first = dataNodes.get(0);
        return "RedisCluster(host=\"" + first.host() + "\", port=" + first.port()
                + (hasPassword() ? ", password=..." : "")
                + (caFile == null ? ")" : ", ssl=True, ssl_ca_certs=\"" + caFile + "\")");
    }

    /** As redis-py's own documentation has it. */
    private String python() {
        StringJoiner addresses = new StringJoiner(", ", "Sentinel([", "]");
        sentinels.forEach(sentinel -> addresses.add("(\"" + sentinel.host() + "\", " + sentinel.port() + ")"));
        StringBuilder text = new StringBuilder(addresses.toString());
        String tls = caFile == null ? "" : ", ssl=True, ssl_ca_certs=\"" + caFile + "\"";
        if (hasSentinelPassword() || caFile != null) {
            String password = hasSentinelPassword() ? "password=..." : "";
            text.append(", sentinel_kwargs=dict(")
                    .append((password + tls).replaceFirst("^, ", ""))
                    .append(')');
        }
        text.append(").master_for(\"mymaster\"").append(hasPassword() ? ", password=..." : "");
        return text.append(tls).append(')').toString();
    }
}
