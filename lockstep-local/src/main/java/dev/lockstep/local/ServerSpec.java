package dev.lockstep.local;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What one server is, whether its process runs or not.
 *
 * @param endpoint where the process itself listens
 * @param afterStart commands for settings that the server does not keep in its file
 */
record ServerSpec(String name, Ports ports, Endpoint endpoint, Path folder, Conf conf, List<List<String>> afterStart) {
    static final String CLUSTER_FILE = "nodes.conf";

    boolean sentinel() {
        return name.startsWith("sentinel");
    }

    Path confFile() {
        return folder.resolve(sentinel() ? "sentinel.conf" : "redis.conf");
    }

    /** What a node of a cluster knows of the cluster and of itself. */
    Path clusterFile() {
        return folder.resolve(CLUSTER_FILE);
    }

    Path log() {
        return folder.resolve("server.log");
    }

    List<String> commandLine(ServerBinary binary) {
        List<String> command =
                new ArrayList<>(List.of(binary.path().toString(), confFile().toString()));
        if (sentinel()) {
            command.add("--sentinel");
        }
        return command;
    }
}
