package dev.lockstep.drill;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A copier in a process of its own, so that it can be killed; when it ends by itself, another one is started, as a
 * supervisor would. Thread-safe.
 */
final class Copier implements AutoCloseable {

    private static final long PAUSE_MILLIS = 300;
    private static final int MOST_ENDINGS = 200;

    /**
     * A copier that ended without being killed.
     *
     * @param begun whether it had begun to copy
     * @param why what it said last
     */
    record Ending(boolean begun, String why) {}

    private final List<String> program;
    private final List<String> input;
    private final Consumer<Ending> endings;
    private @Nullable Process process;
    private boolean wanted;
    private int ended;
    private volatile CopierState state = CopierState.NONE;
    private volatile Consumer<CopierState> told = now -> {};

    /**
     * @param program with which Java is started
     * @param input what it is given to read
     * @param endings told of every one that ends by itself
     */
    Copier(List<String> program, List<String> input, Consumer<Ending> endings) {
        this.program = program;
        this.input = input;
        this.endings = endings;
    }

    /** The usual one, with a heap of a quarter of a gigabyte. */
    static List<String> program(Class<?> main) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName());
    }

    /** Told of every state; by a thread of this. */
    void listener(Consumer<CopierState> listener) {
        told = listener;
    }

    /** Starts one, unless one runs. */
    synchronized void start() {
        wanted = true;
        if (process != null) {
            return;
        }
        try {
            Process next = new ProcessBuilder(program).redirectErrorStream(true).start();
            process = next;
            Writer writer = new OutputStreamWriter(next.getOutputStream(), StandardCharsets.UTF_8);
            writer.write(String.join("\n", input) + "\n");
            writer.flush(); // and left open: it ends with this
            Thread reading = new Thread(() -> read(next), "drill-copier");
            reading.setDaemon(true);
            reading.start();
        } catch (IOException e) {
            throw new UncheckedIOException("The copier cannot be started", e);
        }
    }

    private void read(Process one) {
        String last = "it said nothing";
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(one.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                CopierState now = CopierState.parse(line);
                if (now == null) {
                    last = line;
                } else if (isPresent(one)) {
                    state = now;
                    told.accept(now);
                }
            }
        } catch (IOException e) {
            // as when it is killed
        }
        hasEnded(one, last);
    }

    private synchronized boolean isPresent(Process one) {
        return process == one;
    }

    private synchronized void hasEnded(Process one, String last) {
        if (process != one) {
            return; // killed
        }
        process = null;
        state = CopierState.NONE;
        int code = one.onExit().join().exitValue();
        endings.accept(new Ending(code != Copying.CANNOT_BEGIN, last + " (exit code " + code + ")"));
        if (wanted && ++ended < MOST_ENDINGS) {
            Thread again = new Thread(this::startAgain, "drill-copier");
            again.setDaemon(true);
            again.start();
        }
    }

    private void startAgain() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            return;
        }
        synchronized (this) {
            if (wanted) {
                start();
            }
        }
    }

    /** Ends it with SIGKILL, and returns when it is dead, with what it had told last. */
    CopierState kill() {
        CopierState before = state;
        Process struck;
        synchronized (this) {
            struck = process;
            process = null;
            wanted = false;
            state = CopierState.NONE;
        }
        if (struck != null) {
            struck.destroyForcibly();
            struck.onExit().join();
        }
        return before;
    }

    /** What it told last. */
    CopierState state() {
        return state;
    }

    @Override
    public void close() {
        kill();
    }
}
