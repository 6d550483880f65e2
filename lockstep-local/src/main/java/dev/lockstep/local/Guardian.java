package dev.lockstep.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The owner of a deployment's processes and folder, which ends both even if this JVM is killed.
 *
 * <p>A JVM that gets SIGKILL runs no code of its own any more, so something else must outlive it. Two small shells do,
 * each in a session of its own (a signal to the JVM's process group does not reach them) and deaf to INT, TERM and HUP.
 * Each reads a pipe from the JVM. Every line on it is the whole list of live servers, as {@code pid:start} pairs; the last
 * line counts. End-of-file means that the JVM is gone, however it went: the shell kills every process of the list that
 * still is the one which was started then (a process id is used again, a start time is not), waits until they are dead,
 * and removes the folder if it is a temporary one. SIGKILL also ends a process frozen by SIGSTOP.
 *
 * <p>There are two shells so that one survives when the JVM and the other are killed in one blow; the JVM replaces a
 * shell that dies. {@link #close} takes the same road: it closes the pipes and waits. A server is started only after its
 * process id is in the pipes (see {@link ServerProcess}), and the folder is made only after the shells run, so there is
 * no moment at which a server or folder exists that no shell knows.
 */
final class Guardian implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Guardian.class);
    private static final int SHELLS = 2;
    private static final long CLOSE_SECONDS = 10;

    private static final String SCRIPT = """
            trap '' INT TERM HUP
            folder=$1
            list=
            while read -r line; do list=$line; done

            start_of() {
              if [ -r /proc/self/stat ]; then
                { read -r stat < "/proc/$1/stat"; } 2>/dev/null || return 0
                set -- ${stat##*) }
                [ "$1" = Z ] || start=${20}
              else
                start=$(ps -o lstart= -p "$1" | tr -s ' ' '_')
              fi
            }
            is_ours() {
              start=
              start_of "${1%%:*}"
              [ "$start" = "${1#*:}" ]
            }
            for entry in $list; do
              if is_ours "$entry"; then
                kill -s KILL -- "-${entry%%:*}" 2>/dev/null
                kill -s KILL "${entry%%:*}" 2>/dev/null
              fi
            done
            for entry in $list; do
              tries=0
              while is_ours "$entry" && [ $tries -lt 100 ]; do tries=$((tries + 1)); sleep 0.02; done
            done
            cd /
            tries=0
            while [ -n "$folder" ] && [ -e "$folder" ] && [ $tries -lt 20 ]; do
              rm -rf -- "$folder" 2>/dev/null || sleep 0.1
              tries=$((tries + 1))
            done
            """;

    private final Path folder;
    private final boolean temporary;
    private final Map<Long, String> starts = new LinkedHashMap<>();
    private final List<Process> shells = new ArrayList<>();
    private boolean closing;

    /** Guards a folder which does not exist yet if it is temporary. */
    Guardian(Path folder, boolean temporary) {
        this.folder = folder;
        this.temporary = temporary;
        for (int i = 0; i < SHELLS; i++) {
            addShell();
        }
    }

    /** Words before a command that put its process into a session of its own, where the system has them. */
    static List<String> ownSession() {
        for (String dir : System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":", -1)) {
            if (Files.isExecutable(Path.of(dir, "setsid"))) {
                return List.of("setsid");
            }
        }
        return List.of();
    }

    private synchronized void addShell() {
        if (closing) {
            return;
        }
        List<String> command = new ArrayList<>(ownSession());
        command.addAll(List.of("sh", "-c", SCRIPT, "lockstep-guardian", temporary ? folder.toString() : ""));
        try {
            Process shell = new ProcessBuilder(command)
                    .directory(Path.of("/").toFile())
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
            shells.add(shell);
            tell(shell);
            var unused = shell.onExit().thenAccept(this::replace);
        } catch (IOException e) {
            throw new LocalRedisException("Cannot start the guardian shell: local servers need a POSIX system", e);
        }
    }

    private synchronized void replace(Process dead) {
        shells.remove(dead);
        if (!closing) {
            LOG.info("A guardian of {} ended with {}; starting another", folder, dead.exitValue());
            addShell();
        }
    }

    /** Makes the folder, unless the end has begun: then nobody would remove it. */
    synchronized void makeFolder() throws IOException {
        mustBeOpen();
        var ownerOnly = PosixFilePermissions.fromString("rwx------");
        Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(ownerOnly));
        Files.setPosixFilePermissions(folder, ownerOnly);
    }

    private void mustBeOpen() {
        if (closing) {
            throw new LocalRedisException("The deployment in " + folder + " is closed; start another one");
        }
    }

    synchronized void watch(long pid) {
        mustBeOpen();
        starts.put(pid, start(pid));
        shells.forEach(this::tell);
    }

    synchronized void forget(long pid) {
        starts.remove(pid);
        shells.forEach(this::tell);
    }

    private void tell(Process shell) {
        StringBuilder line = new StringBuilder();
        starts.forEach(
                (pid, start) -> line.append(pid).append(':').append(start).append(' '));
        line.append('\n');
        try {
            OutputStream pipe = shell.getOutputStream();
            pipe.write(line.toString().getBytes(UTF_8));
            pipe.flush();
        } catch (IOException e) {
            LOG.debug("A guardian of {} is gone; its successor gets the list", folder, e);
        }
    }

    /** When the process was started, in the words that the script reads too. */
    private static String start(long pid) {
        Path stat = Path.of("/proc", Long.toString(pid), "stat");
        try {
            if (Files.isReadable(Path.of("/proc/self/stat"))) {
                String line = Files.readString(stat);
                return line.substring(line.lastIndexOf(')') + 2).split(" ", -1)[19];
            }
            Process ps = new ProcessBuilder("ps", "-o", "lstart=", "-p", Long.toString(pid)).start();
            String text = new String(ps.getInputStream().readAllBytes(), UTF_8);
            return text.replaceAll("\\n+$", "").replaceAll(" +", "_");
        } catch (IOException e) {
            throw new LocalRedisException("Process " + pid + " ended before it was started", e);
        }
    }

    synchronized List<Long> pids() {
        return shells.stream().map(Process::pid).toList();
    }

    /** Ends every server and removes a temporary folder. */
    @Override
    public void close() {
        List<Process> last;
        synchronized (this) {
            closing = true;
            last = List.copyOf(shells);
        }
        for (Process shell : last) {
            try {
                shell.getOutputStream().close();
            } catch (IOException e) {
                LOG.debug("A guardian of {} is gone already", folder, e);
            }
        }
        try {
            for (Process shell : last) {
                if (!shell.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                    shell.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the shells finish without us
            return;
        }
        if (temporary && Files.exists(folder)) {
            deleteFolder();
        }
    }

    private void deleteFolder() {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            LOG.warn("Cannot remove {}", folder, e);
        }
    }
}
