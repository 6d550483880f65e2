package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever ends, and whichever process gets SIGKILL: 5 s later there is no server, no guardian and no folder. */
class LifetimeIT {
    private static final Duration PROMISE = Duration.ofSeconds(5);

    /** What a JVM with a deployment says of itself. */
    record Household(ProcessHandle jvm, List<Long> servers, List<Long> guardians, Path folder) {
        List<Long> everyone() {
            return Stream.of(List.of(jvm.pid()), servers, guardians)
                    .flatMap(List::stream)
                    .toList();
        }
    }

    /** The JVM that is going to die. */
    public static final class Owner {
        private Owner() {}

        public static void main(String[] args) throws InterruptedException {
            List<String> words = Arrays.asList(args);
            LocalRedis plan = words.contains("cluster") ? LocalRedis.cluster() : LocalRedis.sentinel();
            LocalDeployment redis = plan.start();
            if (words.contains("paused")) {
                redis.server("node-1").pause();
                redis.servers().get(redis.servers().size() - 1).pause();
            }
            System.out.println(words(redis.servers().stream().map(LocalServer::pid)) + ";"
                    + words(redis.guardianPids().stream()) + ";" + redis.directory());
            Thread.currentThread().join();
        }

        private static String words(Stream<Long> pids) {
            return String.join(" ", pids.map(String::valueOf).toList());
        }
    }

    private final List<Process> owners = new ArrayList<>();

    @AfterEach
    void endOwners() {
        owners.forEach(Process::destroyForcibly);
    }

    private Process launch(String... args) throws IOException {
        List<String> command = new ArrayList<>(Guardian.ownSession());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-D" + ServerBinary.PROPERTY + "=" + System.getProperty(ServerBinary.PROPERTY, ""),
                "-cp",
                System.getProperty("java.class.path"),
                Owner.class.getName()));
        command.addAll(List.of(args));
        Process jvm =
                new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
        owners.add(jvm);
        return jvm;
    }

    private Household start(String... args) throws IOException {
        Process jvm = launch(args);
        BufferedReader out = jvm.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        assertThat(line).as("what the JVM with the deployment says").isNotNull();
        String[] parts = line.split(";");
        Household household = new Household(jvm.toHandle(), pids(parts[0]), pids(parts[1]), Path.of(parts[2]));
        assertThat(household.everyone()).hasSize(9).allMatch(LifetimeIT::exists);
        assertThat(household.folder()).isDirectory();
        return household;
    }

    private static List<Long> pids(String words) {
        return Arrays.stream(words.split(" ")).map(Long::valueOf).toList();
    }

    /** A process that nobody has waited for yet (a zombie) is dead. */
    private static boolean exists(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException e) {
            return !Files.exists(Path.of("/proc/self"))
                    && ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
        }
    }

    private static void assertNothingIsLeftOf(Household household) {
        await().atMost(PROMISE).untilAsserted(() -> {
            assertThat(household.everyone()).noneMatch(LifetimeIT::exists);
            assertThat(household.folder()).doesNotExist();
        });
    }

    private static void signal(String signal, List<Long> targets) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "kill -s " + signal + " -- \"$@\"", "kill"));
        targets.forEach(pid -> command.add(pid.toString()));
        assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    }

    @Test
    void theJvmIsKilled() throws Exception {
        Household household = start();
        signal("KILL", List.of(household.jvm().pid()));
        assertNothingIsLeftOf(household);
    }

    @Test
    void theJvmIsTerminated() throws Exception {
        Household household = start();
        signal("TERM", List.of(household.jvm().pid()));
        assertNothingIsLeftOf(household);
    }

    @Test
    void theJvmIsKilledWhileServersAreFrozen() throws Exception {
        Household household = start("paused");
        signal("KILL", List.of(household.jvm().pid()));
        assertNothingIsLeftOf(household);
    }

    @Test
    void theJvmIsKilledWhileNodesOfAClusterAreFrozen() throws Exception {
        Household household = start("cluster", "paused");
        signal("KILL", List.of(household.jvm().pid()));
        assertNothingIsLeftOf(household);
    }

    @Test
    void theJvmIsKilledTogetherWithItsProcessGroup() throws Exception {
        Household household = start();
        signal("KILL", List.of(-household.jvm().pid()));
        assertNothingIsLeftOf(household);
    }

    @Test
    void theJvmIsKilledTogetherWithAGuardianAndAServer() throws Exception {
        Household household = start();
        signal(
                "KILL",
                List.of(
                        household.jvm().pid(),
                        household.guardians().get(0),
                        household.servers().get(2)));
        assertNothingIsLeftOf(household);
    }

    @ParameterizedTest
    @ValueSource(strings = {"KILL", "TERM"})
    void theJvmEndsWhileItStartsServers(String signal) throws Exception {
        Process jvm = launch();
        List<ProcessHandle> children = await().pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(30))
                .until(() -> jvm.children().toList(), list -> list.size() >= 4);
        Path folder = children.stream()
                .flatMap(child -> Arrays.stream(child.info().arguments().orElse(new String[0])))
                .filter(argument -> argument.matches(".*/lockstep-[0-9a-f]{16}"))
                .map(Path::of)
                .findFirst()
                .orElseThrow();
        signal(signal, List.of(jvm.pid()));
        await().atMost(PROMISE).untilAsserted(() -> {
            assertThat(folder).doesNotExist();
            assertThat(ProcessHandle.allProcesses()
                            .filter(process -> exists(process.pid()))
                            .map(process -> process.info().commandLine().orElse("")))
                    .noneMatch(line -> line.contains(folder.toString()));
            assertThat(children).noneMatch(child -> exists(child.pid()));
        });
    }

    @Test
    void guardiansAreReplacedAndGuardAgain() throws Exception {
        LocalDeployment redis = LocalRedis.standalone().start();
        try (redis) {
            for (int i = 0; i < 3; i++) {
                List<Long> before = redis.guardianPids();
                signal("KILL", before);
                await().atMost(PROMISE)
                        .until(() -> redis.guardianPids().size() == 2
                                && redis.guardianPids().stream().noneMatch(before::contains));
            }
            signal("INT", redis.guardianPids());
            signal("TERM", redis.guardianPids());
            signal("HUP", redis.guardianPids());
            assertThat(redis.primary().command("PING")).isEqualTo("PONG");
            assertThat(redis.guardianPids()).hasSize(2).allMatch(LifetimeIT::exists);
        }
        assertThat(redis.directory()).doesNotExist();
        assertThat(redis.dataNodes()).noneMatch(node -> exists(node.pid()));
    }

    @Test
    void theJvmIsKilledAfterItsGuardiansWere() throws Exception {
        Household household = start();
        signal("KILL", household.guardians());
        // The JVM puts others into their place; only they know their process ids.
        await().atMost(PROMISE)
                .until(() -> household
                                .jvm()
                                .children()
                                .filter(child -> !household.servers().contains(child.pid()))
                                .count()
                        == 2);
        signal("KILL", List.of(household.jvm().pid()));
        assertNothingIsLeftOf(household);
    }

    @Test
    void aServerThatNobodyKilledHereIsOnlyAFault() throws Exception {
        try (LocalDeployment redis = LocalRedis.standalone().start()) {
            LocalServer node = redis.server("node-1");
            signal("KILL", List.of(node.pid()));
            await().atMost(PROMISE).until(() -> !node.isAlive());
            node.restart();
            assertThat(node.command("PING")).isEqualTo("PONG");
        }
    }
}
