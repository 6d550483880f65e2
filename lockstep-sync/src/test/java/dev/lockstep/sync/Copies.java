package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.Deployment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** How tests begin a copy, and wait until it is in step. */
final class Copies {

    /** For URIs: the first connection of a JVM may take its time where others compile or test. */
    static final String SLOW = "?connectTimeout=5000ms&socketTimeout=5000ms";

    private Copies() {}

    static SyncSettings between(LocalDeployment source, LocalDeployment target, Path spool) {
        return Sync.from(Deployment.parse(source.uri()))
                .to(Deployment.parse(target.uri()))
                .spool(spool);
    }

    /** As {@link #between}, {@link #SLOW}. */
    static SyncSettings slow(LocalDeployment source, LocalDeployment target, Path spool) {
        return Sync.from(Deployment.parse(slow(source.uri())))
                .to(Deployment.parse(slow(target.uri())))
                .spool(spool);
    }

    private static String slow(String uri) {
        return uri.contains("#") ? uri.replace("#", SLOW + "#") : uri + SLOW;
    }

    /** A copy that has been in step once. */
    static Sync inStep(SyncSettings settings, Duration bound) throws InterruptedException {
        Sync sync = settings.start();
        awaitInStep(sync, bound);
        return sync;
    }

    static void awaitInStep(Sync sync, Duration bound) throws InterruptedException {
        assertThat(sync.awaitInStep(bound)).as(sync.progress().toString()).isTrue();
    }

    /** How often each of these has been asked for a full copy, such as {@code sync_full:1}. */
    static String fullCopies(List<LocalServer> servers) {
        return servers.stream()
                .map(server -> String.valueOf(server.command("INFO", "stats"))
                        .lines()
                        .filter(line -> line.startsWith("sync_full:"))
                        .findFirst()
                        .orElseThrow())
                .collect(Collectors.joining());
    }
}
