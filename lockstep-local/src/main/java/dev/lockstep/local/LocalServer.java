package dev.lockstep.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server of a deployment, a data node or a Sentinel, through all its lives: it keeps its name, port and folder when
 * its process is killed and started again.
 *
 * <p>Thread-safe. Faults of one server happen one after another.
 */
public final class LocalServer {
    private static final Logger LOG = LoggerFactory.getLogger(LocalServer.class);
    private static final Duration COMMAND_BOUND = Duration.ofSeconds(5);
    private static final Duration PROBE_BOUND = Duration.ofMillis(500);
    private static final int LAST_WORDS = 20;

    private final ServerSpec spec;
    private final ServerBinary binary;
    private final Guardian guardian;
    private final List<NodeProxy> proxies;
    private volatile @Nullable ServerProcess process;
    private long killedPid;

    LocalServer(ServerSpec spec, ServerBinary binary, Guardian guardian, List<NodeProxy> proxies) {
        this.spec = spec;
        this.binary = binary;
        this.guardian = guardian;
        this.proxies = List.copyOf(proxies);
    }

    /** "node-1", "node-2", … for data nodes, "sentinel-1", … for Sentinels. */
    public String name() {
        return spec.name();
    }

    /** The address that clients and other servers are told. */
    public String host() {
        return "127.0.0.1";
    }

    /** The port that clients and other servers are told. */
    public int port() {
        return spec.ports().told();
    }

    /** The id of the current process, or of the last one. */
    public long pid() {
        return process().pid();
    }

    /** Whether the process exists; a paused one does. */
    public boolean isAlive() {
        ServerProcess current = process;
        return current != null && current.isAlive();
    }

    private ServerProcess process() {
        ServerProcess current = process;
        if (current == null) {
            throw new IllegalStateException(name() + " was not started");
        }
        return current;
    }

    /** Writes the first configuration, starts the process, and returns when it answers. */
    synchronized void start(Deadline deadline) {
        try {
            if (!Files.isDirectory(spec.folder())) {
                Files.createDirectory(spec.folder()); // not its parent, which may be gone for good by now
            }
            spec.conf().write(spec.confFile());
        } catch (IOException e) {
            throw new LocalRedisException("Cannot write " + spec.confFile(), e);
        }
        launch(deadline);
    }

    private void launch(Deadline deadline) {
        ServerProcess started = ServerProcess.start(guardian, spec.commandLine(binary), spec.folder(), spec.log());
        process = started;
        var unused = started.onExit().thenRun(() -> ended(started));
        AtomicReference<String> answer = new AtomicReference<>("");
        boolean ready = deadline.await(() -> !started.isAlive() || "PONG".equals(answer.updateAndGet(a -> ping())));
        if (!started.isAlive()) {
            throw new LocalRedisException(
                    this + " ended with " + started.exitCode() + " while it started:\n" + logTail(LAST_WORDS));
        }
        if (!ready) {
            throw new LocalRedisException(this + " did not answer PING with PONG within " + deadline.within()
                    + ", last with '" + answer.get() + "'. The last lines of its log:\n" + logTail(LAST_WORDS));
        }
        for (List<String> command : spec.afterStart()) {
            command(command.toArray(String[]::new));
        }
        listen();
    }

    private void listen() {
        try {
            for (NodeProxy proxy : proxies) {
                proxy.open();
            }
        } catch (IOException e) {
            throw new LocalRedisException(
                    "Port " + port() + " of 127.0.0.1 (or that of the bus), where " + name() + " listens, was taken",
                    e);
        }
    }

    private void stopListening() {
        proxies.forEach(NodeProxy::shut);
    }

    /** A server that nobody killed here has ended: a fault like any other, but one to be told of. */
    private synchronized void ended(ServerProcess which) {
        if (which == process && which.pid() != killedPid) {
            stopListening();
            LOG.warn("{} ended by itself with {}:\n{}", this, which.exitCode(), logTail(LAST_WORDS));
        }
    }

    private String ping() {
        try {
            return String.valueOf(spec.endpoint().call(PROBE_BOUND, "PING"));
        } catch (IOException e) {
            return String.valueOf(e.getMessage()); // not listening yet, or loading its data
        }
    }

    /** Ends the process with SIGKILL. Returns when it is dead; nothing happens when it is already. */
    public synchronized void kill() {
        ServerProcess running = process();
        killedPid = running.pid();
        stopListening();
        running.kill();
    }

    /**
     * Freezes the process with SIGSTOP: connections stay open, and nobody answers.
     *
     * @throws LocalRedisException when the process is dead
     */
    public synchronized void pause() {
        process().stop();
    }

    /**
     * Thaws the process with SIGCONT.
     *
     * @throws LocalRedisException when the process is dead
     */
    public synchronized void resume() {
        process().resume();
    }

    /**
     * Starts the server again with the data and configuration it had, after killing it if it is alive. Returns when it
     * answers and has loaded its data.
     */
    public synchronized void restart() {
        kill();
        launch(Deadline.in(LocalRedis.START_BOUND));
    }

    /**
     * Starts the server again without its data, after killing it if it is alive. A data node keeps its configuration
     * (whom it follows), and a node of a cluster its identity, slots and knowledge of the others too ({@code nodes.conf}),
     * as when only the volume with the data is lost; a Sentinel forgets all it learnt.
     */
    public synchronized void restartEmpty() {
        kill();
        try {
            if (spec.sentinel()) {
                spec.conf().write(spec.confFile());
            } else {
                deleteData();
            }
        } catch (IOException e) {
            throw new LocalRedisException("Cannot empty " + spec.folder(), e);
        }
        launch(Deadline.in(LocalRedis.START_BOUND));
    }

    private void deleteData() throws IOException {
        Set<Path> kept = Set.of(spec.folder(), spec.confFile(), spec.log(), spec.clusterFile());
        try (Stream<Path> all = Files.walk(spec.folder())) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                if (!kept.contains(path)) {
                    Files.delete(path);
                }
            }
        }
    }

    /** The last lines that the server wrote to its log, through all its lives. */
    public String logTail(int lines) {
        try {
            // A server's log may hold bytes of any encoding.
            List<String> all = Files.readAllLines(spec.log(), StandardCharsets.ISO_8859_1);
            return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }

    /**
     * Sends one command on a connection of its own, past any link and its faults. (So WAIT here waits for nothing: the
     * connection has written nothing.)
     *
     * @return a String, a Long, a List of these, or null
     * @throws LocalRedisException when the server answers with an error, or not within 5 s
     */
    public @Nullable Object command(String... command) {
        return command(COMMAND_BOUND, command);
    }

    @Nullable
    Object command(Duration bound, String... command) {
        try {
            return spec.endpoint().call(bound, command);
        } catch (RespConnection.ErrorReply e) {
            throw new LocalRedisException(this + " answers " + command[0] + " with: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new LocalRedisException(
                    this + " does not answer " + command[0] + " within " + bound + ": " + e.getMessage(), e);
        }
    }

    /** A section of INFO as a map; empty when the server does not answer soon. */
    Map<String, String> info(String section) {
        try {
            return fields(String.valueOf(command(PROBE_BOUND, "INFO", section)));
        } catch (LocalRedisException e) {
            LOG.debug("No INFO from {}", this, e);
            return Map.of();
        }
    }

    /** The lines "name:value" of a text. */
    static Map<String, String> fields(String text) {
        Map<String, String> fields = new LinkedHashMap<>();
        text.lines().filter(line -> line.indexOf(':') > 0).forEach(line -> {
            int colon = line.indexOf(':');
            fields.put(line.substring(0, colon), line.substring(colon + 1));
        });
        return fields;
    }

    ServerSpec spec() {
        return spec;
    }

    @Override
    public String toString() {
        return name() + " (" + host() + ":" + port() + ")";
    }
}
