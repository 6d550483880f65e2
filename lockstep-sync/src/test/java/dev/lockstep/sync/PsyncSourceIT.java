package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.Deployment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That all a real server replicates arrives in the spool, to the byte, whatever happens to the connection. */
class PsyncSourceIT {

    @TempDir
    Path folder;

    private static LocalRedis quick() {
        return LocalRedis.standalone().config("repl-diskless-sync-delay", "0");
    }

    private static long counter(LocalServer server) {
        return Long.parseLong(String.valueOf(server.command("GET", "{k}counter")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "no"})
    void theSnapshotIsWholeAndTheStreamFollowsIt(String diskless) throws Exception {
        try (LocalDeployment servers =
                        quick().config("repl-diskless-sync", diskless).start();
                Load load = new Load(Deployment.parse(servers.uri()), servers.primary())) {
            for (int i = 0; i < 300; i++) {
                load.mixed(i);
            }
            load.send(Words.of("SELECT", "7"), Words.of("SET", "seven", "x".repeat(300_000)), Words.of("SELECT", "0"));
            load.awaitAnswers();
            long before = counter(servers.primary());
            try (Received received = new Received(servers.uri(), servers.primary(), folder)) {
                for (int i = 0; received.times("arrived") == 0 && i < 100_000; i++) {
                    load.mixed(i);
                    if (i % 100 == 0) {
                        load.awaitAnswers();
                    }
                }
                received.awaitTold("arrived", 1);
                for (int i = 0; i < 300; i++) {
                    load.mixed(i);
                }
                load.awaitAnswers();
                Generation generation = received.awaitCaughtUp(servers.primary());
                byte[] snapshot = Received.bytes(Received.snapshot(generation));
                assertThat(Arrays.copyOf(snapshot, 5))
                        .isEqualTo("REDIS".getBytes(java.nio.charset.StandardCharsets.UTF_8));
                List<Unit> units = Received.units(generation);
                long inSnapshot = counterOf(snapshot);
                assertThat(inSnapshot).isGreaterThanOrEqualTo(before);
                assertThat(inSnapshot + Received.count(units, "INCR", "{k}counter"))
                        .isEqualTo(counter(servers.primary()));
                assertThat(units.stream().filter(Unit::isTransaction)).isNotEmpty();
                assertThat(received.told).hasSize(2);
                assertThat(received.source.state()).isInstanceOf(SourceState.Streaming.class);
            }
        }
    }

    /** What a server of its own makes of the snapshot: it checks length, structure and checksum. */
    private static long counterOf(byte[] snapshot) throws Exception {
        try (LocalDeployment other = LocalRedis.standalone()
                .config("appendonly", "no")
                .config("save", "\"\"")
                .start()) {
            LocalServer server = other.primary();
            server.kill();
            Files.write(other.directory().resolve(server.name()).resolve("dump.rdb"), snapshot);
            server.restart();
            assertThat(String.valueOf(server.command("INFO", "keyspace"))).contains("db7:keys=1");
            return counter(server);
        }
    }

    @Test
    void aLostConnectionIsContinuedWithoutAGap() throws Exception {
        try (LocalDeployment servers = quick().start();
                Load load = new Load(Deployment.parse(servers.uri()), servers.primary());
                Received received = new Received(servers.uri(), servers.primary(), folder)) {
            received.awaitTold("arrived", 1);
            for (int round = 1; round <= 5; round++) {
                for (int i = 0; i < 200; i++) {
                    load.mixed(i);
                }
                servers.primary().command("CLIENT", "KILL", "TYPE", "replica");
                for (int i = 0; i < 200; i++) {
                    load.mixed(i);
                }
                received.awaitTold("continued", round);
            }
            load.awaitAnswers();
            Generation generation = received.awaitCaughtUp(servers.primary());
            assertThat(received.copies).hasSize(1);
            assertThat(received.times("disconnected")).isEqualTo(5);
            assertThat(Received.count(Received.units(generation), "INCR", "{k}counter"))
                    .isEqualTo(counter(servers.primary()))
                    .isEqualTo(5L * 400 * Load.COUNTS);
        }
    }

    @Test
    void aNewProcessContinuesWhereTheSpoolEnds() throws Exception {
        try (LocalDeployment servers = quick().start();
                Load load = new Load(Deployment.parse(servers.uri()), servers.primary())) {
            load.send(Words.of("SELECT", "3"));
            for (int life = 0; life < 3; life++) {
                try (Received received = new Received(servers.uri(), servers.primary(), folder)) {
                    received.awaitTold(life == 0 ? "arrived" : "continued", 1);
                    for (int i = 0; i < 200; i++) {
                        load.mixed(i);
                    }
                    load.awaitAnswers();
                    received.awaitCaughtUp(servers.primary());
                }
                load.mixed(life); // while nobody listens
                load.awaitAnswers();
            }
            try (Received received = new Received(servers.uri(), servers.primary(), folder)) {
                received.awaitTold("continued", 1);
                List<Unit> units = Received.units(received.awaitCaughtUp(servers.primary()));
                assertThat(Received.count(units, "INCR", "{k}counter")).isEqualTo(3L * 201 * Load.COUNTS);
                assertThat(units.stream().filter(unit -> !unit.isEmpty()).map(unit -> unit.database(0)))
                        .as("the database, which a continued stream does not tell again")
                        .containsOnly(3);
            }
        }
    }

    @Test
    void aKilledProcessLeavesWhatIsSound() throws Exception {
        try (LocalDeployment servers = quick().start();
                Load load = new Load(Deployment.parse(servers.uri()), servers.primary())) {
            int written = 0;
            for (int life = 0; life < 4; life++) {
                Process child = new ProcessBuilder(List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                PsyncSourceIT.class.getName(),
                                servers.uri(),
                                folder.toString()))
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("output").toFile())
                        .start();
                try {
                    Received.until(
                            "the child receives",
                            () -> String.valueOf(servers.primary().command("INFO", "replication"))
                                    .contains("state=online"));
                    Received.awaitSnapshotOnDisk(folder);
                    for (int i = 0; i < 500; i++, written++) {
                        load.mixed(i);
                        if (i == 300) {
                            child.destroyForcibly();
                        }
                    }
                } finally {
                    child.destroyForcibly().waitFor();
                }
                load.awaitAnswers();
            }
            try (Received received = new Received(servers.uri(), servers.primary(), folder)) {
                received.awaitTold("continued", 1);
                Generation generation = received.awaitCaughtUp(servers.primary());
                byte[] snapshot = Received.bytes(Received.snapshot(generation));
                assertThat(snapshot).startsWith((byte) 'R', (byte) 'E', (byte) 'D', (byte) 'I', (byte) 'S');
                assertThat(Received.count(Received.units(generation), "INCR", "{k}counter"))
                        .isEqualTo(counter(servers.primary()))
                        .isEqualTo((long) written * Load.COUNTS);
            }
        }
    }

    /** The process that is killed. */
    public static void main(String[] arguments) throws InterruptedException {
        Deployment deployment = Deployment.parse(arguments[0]);
        try (Received received =
                new Received(deployment, () -> deployment.seeds().get(0), Path.of(arguments[1]), Received.LARGE)) {
            Thread.sleep(60_000);
            throw new AssertionError("Nobody killed it; told " + received.told);
        }
    }

    @Test
    void withoutTheBacklogAFullCopyBegins() throws Exception {
        try (LocalDeployment servers =
                        quick().config("repl-backlog-size", "16kb").start();
                Load load = new Load(Deployment.parse(servers.uri()), servers.primary())) {
            try (Received received = new Received(servers.uri(), servers.primary(), folder)) {
                received.awaitTold("arrived", 1);
                received.awaitCaughtUp(servers.primary());
            }
            load.send(Words.of("SET", "a", "x".repeat(100_000)), Words.of("SET", "b", "x".repeat(100_000)));
            load.awaitAnswers();
            try (Received received = new Received(servers.uri(), servers.primary(), folder)) {
                Generation old = received.current();
                received.awaitTold("arrived", 1);
                Generation now = received.awaitCaughtUp(servers.primary());
                assertThat(received.told.get(0)).contains("could not continue generation-000001");
                assertThat(now).isNotSameAs(old);
                assertThat(now.origin().offset()).isGreaterThan(old.end());
                assertThat(Received.units(old))
                        .as("the old one can be read to its end")
                        .isNotNull();
                assertThat(Received.bytes(Received.snapshot(old))).isNotEmpty();
            }
        }
    }

    @Test
    void whatNobodyAppliesIsTakenFromTheServerAllTheSame() throws Exception {
        try (LocalDeployment servers = quick().start();
                Load load = new Load(Deployment.parse(servers.uri()), servers.primary());
                Received received = new Received(servers.uri(), servers.primary(), folder)) {
            received.awaitTold("arrived", 1);
            String value = "x".repeat(10_000);
            for (int i = 0; i < 5000; i++) {
                load.send(Words.of("SET", "key" + i % 100, value));
                if (i % 250 == 249) {
                    load.awaitAnswers();
                }
            }
            Received.until(
                    "less than 100 kB kept for us",
                    () -> String.valueOf(servers.primary().command("CLIENT", "LIST", "TYPE", "replica"))
                            .matches("(?s).*name=received .* omem=\\d{1,5} .*"));
            Generation generation = received.awaitCaughtUp(servers.primary());
            assertThat(received.told).as("on one connection").hasSize(2).endsWith("arrived");
            assertThat(generation.end() - generation.origin().offset()).isGreaterThan(50_000_000);
            assertThat(Received.count(Received.units(generation), "SET")).isEqualTo(5000);
        }
    }

    @Test
    void aFullSpoolPausesTheSourceAndLosesNothing() throws Exception {
        try (LocalDeployment servers = quick().start();
                Load load = new Load(Deployment.parse(servers.uri()), servers.primary());
                Received received = new Received(
                        Deployment.parse(servers.uri()),
                        () -> Received.at(servers.primary()),
                        folder,
                        new SpoolLimits(300_000, 20_000))) {
            received.awaitTold("arrived", 1);
            for (int i = 0; i < 50; i++) {
                load.send(Words.of("INCR", "{k}counter"), Words.of("SET", "a", "x".repeat(10_000)));
            }
            load.awaitAnswers();
            received.awaitTold("waiting", 1);
            assertThat(received.source.state()).isInstanceOf(SourceState.Waiting.class);
            assertThat(received.told)
                    .anyMatch(text -> text.contains("the spool has") && text.contains("at most 300000"));
            Generation generation = received.current();
            CommandStream commands =
                    new CommandStream(generation.stream(), generation.origin().offset(), 0, CommandStream.MAX_BULK);
            long counted = 0;
            while (counted < 50) {
                Unit unit = commands.next(100_000_000);
                if (unit != null) {
                    counted += Received.count(List.of(unit), "INCR", "{k}counter");
                    generation.release(unit.to());
                }
            }
            received.awaitCaughtUp(servers.primary());
            assertThat(received.copies).hasSize(1);
            assertThat(counter(servers.primary())).isEqualTo(50);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "no"})
    void aSnapshotThatDoesNotFitEndsTheSource(String diskless) {
        try (LocalDeployment servers =
                        quick().config("repl-diskless-sync", diskless).start();
                Load load = new Load(Deployment.parse(servers.uri()), servers.primary())) {
            load.send(Words.of("SET", "a", randomText(200_000)));
            load.awaitAnswers();
            try (Received received = new Received(
                    Deployment.parse(servers.uri()),
                    () -> Received.at(servers.primary()),
                    folder,
                    new SpoolLimits(100_000, 20_000))) {
                received.awaitTold("stopped", 1);
                assertThat(received.told.get(received.told.size() - 1))
                        .contains("at most 100000")
                        .contains("larger spool");
                assertThat(received.source.state()).isInstanceOf(SourceState.Stopped.class);
                assertThat(received.spool.current()).isNull();
            }
        }
    }

    private static String randomText(int length) {
        return new java.util.Random(1)
                .ints(length, 'a', 'z')
                .collect(StringBuilder::new, (text, letter) -> text.append((char) letter), StringBuilder::append)
                .toString();
    }

    @Test
    void aWrongPasswordAndMissingRightsAreNamedAndTriedAgain() throws Exception {
        try (LocalDeployment servers = quick().password("right").start()) {
            LocalServer server = servers.primary();
            server.command("ACL", "SETUSER", "reader", "on", ">pass-word", "~*", "&*", "+@read", "+client", "+ping");
            Deployment wrong = Deployment.parse("redis://:wr0ng@127.0.0.1:" + server.port());
            try (Received received =
                    new Received(wrong, () -> Received.at(server), folder.resolve("a"), Received.LARGE)) {
                received.awaitTold("refused", 2);
                assertThat(received.told).allMatch(text -> text.contains("WRONGPASS") && !text.contains("wr0ng"));
            }
            Deployment reader = Deployment.parse("redis://reader:pass-word@127.0.0.1:" + server.port());
            try (Received received =
                    new Received(reader, () -> Received.at(server), folder.resolve("b"), Received.LARGE)) {
                received.awaitTold("refused", 1);
                assertThat(received.told.get(0))
                        .contains("+psync")
                        .contains("NOPERM")
                        .doesNotContain("pass-word");
                server.command("ACL", "SETUSER", "reader", "+psync", "+replconf");
                received.awaitTold("arrived", 1);
                received.awaitCaughtUp(server);
            }
        }
    }
}
