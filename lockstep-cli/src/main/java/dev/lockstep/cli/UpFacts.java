package dev.lockstep.cli;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalServer;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What somebody wants to know of servers that have just been started: how to connect, and whom to kill. Also its JSON.
 *
 * @param uri where clients connect, passwords included: its purpose is to be pasted
 * @param maskedUri the same without passwords
 * @param version what runs
 * @param folder where the servers have their files
 */
record UpFacts(
        int schemaVersion,
        String uri,
        String maskedUri,
        String version,
        String folder,
        List<Server> dataNodes,
        List<Server> sentinels) {

    /** One process. */
    record Server(String name, String role, String host, int port, long pid) {
        static Server of(LocalServer server, String role) {
            return new Server(server.name(), role, server.host(), server.port(), server.pid());
        }
    }

    static UpFacts of(LocalDeployment deployment) {
        LocalServer primary = deployment.primary();
        return new UpFacts(
                1,
                deployment.uri(),
                deployment.maskedUri(),
                deployment.serverVersion(),
                deployment.directory().toString(),
                deployment.dataNodes().stream()
                        .map(node -> Server.of(node, node.equals(primary) ? "primary" : "replica"))
                        .toList(),
                deployment.sentinels().stream()
                        .map(sentinel -> Server.of(sentinel, "sentinel"))
                        .toList());
    }

    /** The URI alone on the first line, so that {@code head -1} is enough for a script. */
    void print(Output output) {
        output.line(uri);
        output.line("");
        boolean secret = maskedUri.contains(":***@");
        Server primary = dataNodes.get(0);
        String cli = "redis-cli -p " + primary.port() + (secret ? " --askpass" : "");
        if (sentinels.isEmpty()) {
            output.line("  redis-cli   " + cli);
        } else {
            String ask = maskedUri.contains("sentinelPassword=") ? " --askpass" : "";
            output.line("  redis-cli   redis-cli -p " + sentinels.get(0).port() + ask
                    + " sentinel get-master-addr-by-name mymaster");
            output.line("              " + cli + "   (the primary, until a failover)");
            output.line("  Python      " + python(secret));
        }
        output.line("  Java        Lockstep.connect(\"" + maskedUri + "\")");
        output.line("  status      " + Main.commandName() + " status --watch '" + maskedUri + "'");
        output.line("");
        Table table = new Table("server", "role", "address", ">pid");
        for (List<Server> servers : List.of(dataNodes, sentinels)) {
            servers.forEach(server -> table.row(
                    server.name(), server.role(), server.host() + ":" + server.port(), String.valueOf(server.pid())));
        }
        output.lines(table.indented(2));
        output.line("");
        output.line("  " + version + ", files in " + folder);
    }

    private String python(boolean secret) {
        String addresses = sentinels.stream()
                .map(sentinel -> "(\"" + sentinel.host() + "\", " + sentinel.port() + ")")
                .collect(Collectors.joining(", "));
        String toSentinels = maskedUri.contains("sentinelPassword=") ? ", sentinel_kwargs={\"password\": …}" : "";
        return "Sentinel([" + addresses + "]" + toSentinels + ").master_for(\"mymaster\""
                + (secret ? ", password=…)" : ")");
    }
}
