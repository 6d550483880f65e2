package dev.lockstep.cli;

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
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A command in a JVM of its own, which a test can signal; {@link #close} ends it. */
final class Child implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final BufferedReader out;
    private final Path err;

    private Child(Process process, Path err) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
        this.err = err;
    }

    static Child start(Path folder, Map<String, String> environment, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dlockstep.server-bin=" + System.getProperty("lockstep.server-bin", ""),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(args));
        Path err = Files.createTempFile(folder, "stderr", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.to(err.toFile()));
        builder.environment().remove("REDISCLI_AUTH");
        builder.environment().putAll(environment);
        return new Child(builder.start(), err);
    }

    /** The next line of stdout; null at its end. */
    String line() throws IOException {
        return out.readLine();
    }

    String err() throws IOException {
        return Files.readString(err);
    }

    long pid() {
        return process.pid();
    }

    /** This JVM and all it has started: servers and guardians. */
    List<Long> household() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .map(ProcessHandle::pid)
                .toList();
    }

    int end(String signal) throws IOException, InterruptedException {
        signal(signal, pid());
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("whether it ends after " + signal)
                .isTrue();
        return process.exitValue();
    }

    static void signal(String signal, long... pids) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "kill -s " + signal + " -- \"$@\"", "kill"));
        for (long pid : pids) {
            command.add(Long.toString(pid));
        }
        assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    }

    /** Whether it runs; a process that nobody has waited for yet (a zombie) does not. */
    static boolean exists(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException e) {
            return !Files.exists(Path.of("/proc/self"))
                    && ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
        }
    }

    static void assertNothingIsLeft(List<Long> household, Path folder) {
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            assertThat(household).noneMatch(Child::exists);
            assertThat(folder).doesNotExist();
        });
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
