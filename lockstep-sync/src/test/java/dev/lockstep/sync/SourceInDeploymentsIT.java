package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalRedisException;
import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.Deployment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That a source finds its way through failovers and histories, and that no deployment takes it for a replica of its own. */
class SourceInDeploymentsIT {

    @TempDir
    Path folder;

    private static long counter(LocalServer server) {
        Object value = server.command("GET", "{k}counter");
        return value == null ? 0 : Long.parseLong(String.valueOf(value));
    }

    private static void write(LocalDeployment servers, LocalServer primary, int count) {
        try (Load load = new Load(Deployment.parse(servers.uri()), primary)) {
            for (int i = 0; i < count; i++) {
                load.mixed(i);
            }
            load.awaitAnswers();
        }
    }

    @Test
    void fromAReplicaThroughAFailover() throws Exception {
        try (LocalDeployment servers = LocalRedis.sentinel()
                .password("secret")
                .config("repl-diskless-sync-delay", "0")
                .start()) {
            LocalServer old = servers.primary();
            LocalServer replica = servers.replicas(old).get(0);
            write(servers, old, 200);
            try (Received received = new Received(servers.uri(), replica, folder)) {
                received.awaitTold("arrived", 1);
                write(servers, old, 200);
                Generation generation = received.awaitCaughtUp(old);
                String before = generation.history();
                long cut = generation.end();
                old.kill();
                AtomicReference<LocalServer> next = new AtomicReference<>(old);
                await().atMost(Duration.ofSeconds(60))
                        .ignoreExceptionsInstanceOf(LocalRedisException.class) // nobody is primary for a while
                        .until(() -> {
                            next.set(servers.primary());
                            return !next.get().equals(old)
                                    && String.valueOf(replica.command("INFO", "replication"))
                                            .contains("master_replid2:" + before);
                        });
                write(servers, next.get(), 200);
                assertThat(received.awaitCaughtUp(next.get()))
                        .as("told %s", received.told)
                        .isSameAs(generation);
                assertThat(received.times("continued")).isPositive();
                assertThat(generation.history()).isNotEqualTo(before);
                assertThat(generation.contains(before, cut)).isTrue();
                assertThat(generation.contains(before, generation.end())).isFalse();
                assertThat(generation.contains(generation.history(), generation.end()))
                        .isTrue();
                assertThat(Received.count(Received.units(generation), "INCR", "{k}counter"))
                        .isEqualTo(400L * Load.COUNTS);
                assertThat(counter(next.get())).isEqualTo(600L * Load.COUNTS);
            }
        }
    }

    @Test
    void aSuccessorWithoutTheTailGivesAFullCopy() throws Exception {
        try (LocalDeployment servers = LocalRedis.standalone()
                .replicas(1)
                .config("repl-diskless-sync-delay", "0")
                .start()) {
            LocalServer primary = servers.primary();
            LocalServer replica = servers.replicas().get(0);
            AtomicReference<LocalServer> from = new AtomicReference<>(primary);
            try (Received received = new Received(
                    Deployment.parse(servers.uri()), () -> Received.at(from.get()), folder, Received.LARGE)) {
                received.awaitTold("arrived", 1);
                write(servers, primary, 100);
                Generation first = received.awaitCaughtUp(primary);
                Received.until("the replica has all of it", () -> counter(replica) == 100L * Load.COUNTS);
                replica.command("REPLICAOF", "NO", "ONE");
                write(servers, primary, 50); // which the other one never gets
                received.awaitCaughtUp(primary);
                write(servers, replica, 10);
                from.set(replica);
                received.source.reconnect("of the test");
                received.awaitTold("arrived", 2);
                Generation second = received.awaitCaughtUp(replica);
                assertThat(second).isNotSameAs(first);
                assertThat(received.copies).hasSize(2);
                assertThat(received.told)
                        .anyMatch(text -> text.contains("disconnected: ") && text.contains("of the test"));
                assertThat(Received.count(Received.units(first), "INCR", "{k}counter"))
                        .isEqualTo(150L * Load.COUNTS);
                assertThat(counter(replica)).isEqualTo(110L * Load.COUNTS);
            }
        }
    }

    @Test
    void eachShardOfAClusterFromItsReplica() throws Exception {
        try (LocalDeployment servers =
                LocalRedis.cluster().config("repl-diskless-sync-delay", "0").start()) {
            Deployment deployment = Deployment.parse(servers.uri());
            List<Received> shards = new ArrayList<>();
            try {
                for (LocalServer primary : servers.primaries()) {
                    LocalServer replica = servers.replicas(primary).get(0);
                    Received shard = new Received(
                            deployment, () -> Received.at(replica), folder.resolve(replica.name()), Received.LARGE);
                    shards.add(shard);
                    shard.awaitTold("arrived", 1);
                }
                for (int slot : new int[] {0, 8000, 16383}) {
                    LocalServer primary = servers.primary(slot);
                    try (Load load = new Load(deployment, primary)) {
                        for (int i = 0; i < 100; i++) {
                            load.send(Words.of("SET", keyOf(slot), "v" + i));
                        }
                        load.awaitAnswers();
                    }
                }
                long writes = 0;
                for (int i = 0; i < shards.size(); i++) {
                    Generation generation =
                            shards.get(i).awaitCaughtUp(servers.primaries().get(i));
                    writes += Received.count(Received.units(generation), "SET");
                }
                assertThat(writes).isEqualTo(300);
            } finally {
                shards.forEach(Received::close);
            }
        }
    }

    private static String keyOf(int slot) {
        for (int i = 0; ; i++) {
            String key = "key" + i;
            if (Slots.of(key.getBytes(java.nio.charset.StandardCharsets.UTF_8)) == slot) {
                return key;
            }
        }
    }

    @Test
    void noReplicaToSentinel() throws Exception {
        try (LocalDeployment servers = LocalRedis.sentinel()
                .quickDemotion(true)
                .config("repl-diskless-sync-delay", "0")
                .start()) {
            LocalServer primary = servers.primary();
            Deployment deployment = Deployment.parse(servers.uri());
            try (Received hidden =
                    new Received(deployment, () -> Received.at(primary), folder.resolve("a"), Received.LARGE)) {
                hidden.awaitTold("arrived", 1);
                assertThat(String.valueOf(primary.command("INFO", "replication")))
                        .contains("connected_slaves:3");
                for (LocalServer sentinel : servers.sentinels()) {
                    for (int i = 0; i < 2; i++) {
                        awaitRefresh(sentinel);
                    }
                    assertThat(replicas(sentinel))
                            .as("replicas that %s knows", sentinel)
                            .isEqualTo(2);
                }
                // What would happen without: it is listed, down, until the sentinel is reset.
                Deployment plain = Deployment.parse("redis://" + Received.at(primary)).toBuilder()
                        .build();
                try (Received shown =
                        new Received(plain, () -> Received.at(primary), folder.resolve("b"), Received.LARGE)) {
                    shown.awaitTold("arrived", 1);
                    Received.until(
                            "port 0 is listed",
                            () -> replicas(servers.sentinels().get(0)) == 3);
                }
            }
        }
    }

    private static int replicas(LocalServer sentinel) {
        return ((List<?>) sentinel.command("SENTINEL", "REPLICAS", "mymaster")).size();
    }

    /** Waits until a sentinel has read INFO of the primary once more. */
    private static void awaitRefresh(LocalServer sentinel) {
        AtomicReference<Long> age = new AtomicReference<>(0L);
        Received.until(sentinel + " reads INFO", () -> {
            List<?> fields = (List<?>) sentinel.command("SENTINEL", "MASTER", "mymaster");
            long now = Long.parseLong(String.valueOf(fields.get(fields.indexOf("info-refresh") + 1)));
            return now < age.getAndSet(now);
        });
    }

    @Test
    void noReplicaToWaitOrFailover() throws Exception {
        try (LocalDeployment servers = LocalRedis.standalone()
                        .config("repl-diskless-sync-delay", "0")
                        .start();
                Load load = new Load(Deployment.parse(servers.uri()), servers.primary());
                Received received = new Received(servers.uri(), servers.primary(), folder)) {
            LocalServer server = servers.primary();
            received.awaitTold("arrived", 1);
            load.send(Words.of("INCR", "{k}counter"));
            received.awaitCaughtUp(server);
            assertThat(load.call("WAIT", "1", "1500"))
                    .as("replicas that WAIT counts")
                    .isEqualTo(new Reply.Count(0));
            Received.until(
                    "alive to the server",
                    () -> String.valueOf(server.command("INFO", "replication"))
                            .matches("(?s).*slave0:ip=127.0.0.1,port=0,state=online,offset=0,lag=[01].*"));
            server.command("FAILOVER", "TIMEOUT", "2500");
            Received.until("the end of the failover", () -> {
                String info = String.valueOf(server.command("INFO", "replication"));
                assertThat(info).contains("role:master");
                return info.contains("master_failover_state:no-failover");
            });
            load.send(Words.of("INCR", "{k}counter"));
            received.awaitCaughtUp(server);
            assertThat(received.told).hasSize(2);
        }
    }

    @Test
    void aReplicaIsToldWhatHasArrived() throws Exception {
        try (LocalDeployment servers = LocalRedis.standalone()
                .replicas(1)
                .config("repl-diskless-sync-delay", "0")
                .start()) {
            LocalServer replica = servers.replicas().get(0);
            try (Received received = new Received(servers.uri(), replica, folder)) {
                received.awaitTold("arrived", 1);
                write(servers, servers.primary(), 10);
                Generation generation = received.awaitCaughtUp(servers.primary());
                Received.until(
                        "it is acknowledged",
                        () -> String.valueOf(replica.command("INFO", "replication"))
                                .contains("state=online,offset=" + generation.end() + ","));
            }
        }
    }
}
