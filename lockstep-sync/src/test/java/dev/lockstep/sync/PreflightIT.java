package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.topology.Deployment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is seen before a copy, and that seeing it changes nothing. */
class PreflightIT {

    @TempDir
    Path folder;

    private SyncSettings settings(String source, String target) {
        return Sync.from(Deployment.parse(source)).to(Deployment.parse(target)).spool(folder.resolve("spool"));
    }

    private static List<String> texts(Preflight preflight, Preflight.Weight weight) {
        return preflight.findings().stream()
                .filter(finding -> finding.weight() == weight)
                .map(Preflight.Finding::toString)
                .toList();
    }

    @Test
    void whatStandsInTheWayIsNamedAndNothingIsChanged() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target =
                        LocalRedis.cluster().shards(2).replicas(0).start();
                Writer there = new Writer(target)) {
            source.primary().command("SET", "a", "1");
            source.primary().command("MOVE", "a", "1");
            there.send("SET", "extra", "1");
            there.flush();
            Map<String, String> before = Contents.of(target, 1, 0);
            SyncSettings settings = settings(source.uri() + Copies.SLOW, target.uri() + Copies.SLOW);
            Preflight preflight = settings.preflight();
            assertThat(texts(preflight, Preflight.Weight.FAILS))
                    .containsExactly(
                            "The source has keys in database 1, and a Redis Cluster has database 0 only. Choose"
                                    + " database 0 (--databases 0), or copy to a target that is no cluster");
            assertThat(preflight.isClear()).isFalse();
            assertThat(texts(preflight, Preflight.Weight.WARNING))
                    .anyMatch(text -> text.startsWith("The target has 1 keys: those that the source does not have"));
            assertThat(settings.databases(Set.of(0)).preflight().isClear()).isTrue();

            target.primaries().get(1).command("CONFIG", "SET", "maxmemory", "100mb");
            target.primaries().get(1).command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
            target.primaries().get(0).command("CONFIG", "SET", "min-replicas-to-write", "1");
            List<String> found =
                    texts(settings.databases(Set.of(0)).existing(Existing.FAIL).preflight(), Preflight.Weight.FAILS);
            assertThat(found)
                    .hasSize(3)
                    .anyMatch(text -> text.contains("(maxmemory-policy allkeys-lru)"))
                    .anyMatch(text -> text.contains("takes writes only with 1 replicas"))
                    .anyMatch(text -> text.contains("The target has 1 keys (--existing fail)"));

            // The same stops a start, before anything is written.
            assertThatThrownBy(settings::start)
                    .isInstanceOf(SyncException.class)
                    .hasMessageContaining("The source has keys in database 1");
            assertThatThrownBy(() -> settings.databases(Set.of(0)).start())
                    .isInstanceOf(SyncException.class)
                    .hasMessageContaining("Set maxmemory-policy to noeviction");
            assertThat(Contents.of(target, 1, 0)).isEqualTo(before);
            assertThat(folder.resolve("spool")).doesNotExist();
        }
    }

    @Test
    void missingRightsAreNamedOnBothSides() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.standalone().start()) {
            for (LocalDeployment each : List.of(source, target)) {
                each.primary()
                        .command(
                                "ACL",
                                "SETUSER",
                                "some",
                                "on",
                                ">secret",
                                "~*",
                                "+@all",
                                "-psync",
                                "-restore",
                                "-wait");
            }
            String from = source.uri().replace("redis://", "redis://some:secret@") + Copies.SLOW;
            String to = target.uri().replace("redis://", "redis://some:secret@") + Copies.SLOW;
            assertThat(texts(settings(from, to).preflight(), Preflight.Weight.FAILS))
                    .hasSize(2)
                    .anyMatch(text -> text.endsWith(
                            "of the source user 'some' may not call psync. Grant it with ACL" + " SETUSER: +psync"))
                    .anyMatch(text -> text.contains("of the target user 'some' may not call wait, restore"))
                    .noneMatch(text -> text.contains("secret"));

            // Who may not rehearse is told by a transaction that is given up.
            for (LocalDeployment each : List.of(source, target)) {
                each.primary().command("ACL", "SETUSER", "some", "-acl");
            }
            Preflight blind = settings(from, to).preflight();
            assertThat(texts(blind, Preflight.Weight.FAILS))
                    .hasSize(1)
                    .allMatch(text -> text.contains("of the target its user may not call wait, restore"));
            assertThat(texts(blind, Preflight.Weight.WARNING))
                    .anyMatch(text -> text.contains("its user may call replconf, psync"));
            assertThat(target.primary().command("DBSIZE")).isEqualTo(0L);
        }
    }

    @Test
    void whoCopiesAlreadyAndWhatIsSeen() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.standalone().start()) {
            SyncSettings settings = settings(source.uri() + Copies.SLOW, target.uri() + Copies.SLOW);
            try (Sync sync = settings.start()) {
                assertThat(sync.awaitInStep(Duration.ofSeconds(60))).isTrue();
                assertThat(texts(settings.preflight(), Preflight.Weight.FAILS))
                        .singleElement()
                        .asString()
                        .startsWith("Another process keeps this target: process ")
                        .endsWith("Stop that one first");
            }
            assertThat(texts(settings.preflight(), Preflight.Weight.OK))
                    .contains("The target holds this copy already, which is gone on with");
            assertThat(texts(settings.include("a*").preflight(), Preflight.Weight.FAILS))
                    .singleElement()
                    .asString()
                    .contains("The target holds a copy of everything, and now that of databases=all include=a*");
        }
    }
}
