package dev.lockstep.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One server process from its start to its end.
 *
 * <p>It starts as a shell that waits for a word on its input before it becomes the server. The word comes when the
 * guardian knows the process id; if the JVM dies before, end-of-file comes instead, and the shell goes away. The shell also
 * sets the file mode mask, because redis-server rewrites its configuration file, passwords included, with mode 0644.
 */
final class ServerProcess {
    private static final String GATE = "umask 077; read -r word || exit 1; exec \"$@\" </dev/null";
    private static final Duration SIGNAL_BOUND = Duration.ofSeconds(5);

    private final Process process;
    private final Guardian guardian;

    private ServerProcess(Process process, Guardian guardian) {
        this.process = process;
        this.guardian = guardian;
    }

    static ServerProcess start(Guardian guardian, List<String> server, Path folder, Path log) {
        List<String> command = new ArrayList<>(Guardian.ownSession());
        command.addAll(List.of("sh", "-c", GATE, "lockstep-server"));
        command.addAll(server);
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.appendTo(log.toFile()))
                    .start();
            watch(guardian, process);
            try (OutputStream gate = process.getOutputStream()) {
                gate.write("start\n".getBytes(UTF_8));
            }
            return new ServerProcess(process, guardian);
        } catch (IOException e) {
            throw new LocalRedisException("Cannot start " + server.get(0) + " in " + folder, e);
        }
    }

    private static void watch(Guardian guardian, Process process) {
        try {
            guardian.watch(process.pid());
        } catch (LocalRedisException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    int exitCode() {
        return process.exitValue();
    }

    CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    /** SIGKILL; returns when the process is dead. */
    void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(SIGNAL_BOUND.toSeconds(), TimeUnit.SECONDS)) {
                throw new LocalRedisException(
                        "Process " + pid() + " is still alive " + SIGNAL_BOUND + " after SIGKILL");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalRedisException("Interrupted while process " + pid() + " ends", e);
        }
        guardian.forget(pid());
    }

    /** SIGSTOP; returns when the process stands still. */
    void stop() {
        signal("STOP");
        Path stat = Path.of("/proc", Long.toString(pid()), "stat");
        if (Files.exists(stat) && !Deadline.in(SIGNAL_BOUND).await(() -> isStopped(stat))) {
            throw new LocalRedisException("Process " + pid() + " did not stop on SIGSTOP");
        }
    }

    /** SIGCONT. */
    void resume() {
        signal("CONT");
    }

    private static boolean isStopped(Path stat) {
        try {
            String line = Files.readString(stat);
            return "TZX".indexOf(line.charAt(line.lastIndexOf(')') + 2)) >= 0;
        } catch (IOException e) {
            return true; // it ended
        }
    }

    private void signal(String name) {
        try {
            int code = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid())
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new LocalRedisException("No process " + pid() + " to send SIG" + name + " to; restart it first");
            }
        } catch (IOException e) {
            throw new LocalRedisException("Cannot send SIG" + name + " to process " + pid(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalRedisException("Interrupted while sending SIG" + name + " to process " + pid(), e);
        }
    }
}
