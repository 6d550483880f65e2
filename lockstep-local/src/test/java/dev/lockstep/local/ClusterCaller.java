package dev.lockstep.local;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client of a cluster that knows nothing but to follow MOVED and ASK. Not thread-safe. */
final class ClusterCaller implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(5);

    private final Endpoint seed;
    private final Map<Integer, RespConnection> connections = new HashMap<>();
    private final Map<String, Integer> portsByKey = new HashMap<>();
    int asked;
    int moved;

    ClusterCaller(LocalServer seed) {
        this.seed = new Endpoint(
                seed.port(),
                seed.spec().endpoint().password(),
                seed.spec().endpoint().tls());
    }

    @Nullable
    Object call(String command, String key, String... more) throws IOException {
        String[] words = new String[more.length + 2];
        words[0] = command;
        words[1] = key;
        System.arraycopy(more, 0, words, 2, more.length);
        int port = portsByKey.getOrDefault(key, seed.port());
        boolean asking = false;
        while (true) {
            try {
                RespConnection connection = connection(port);
                if (asking) {
                    connection.call("ASKING");
                }
                return connection.call(words);
            } catch (RespConnection.ErrorReply e) {
                String[] reply = String.valueOf(e.getMessage()).split("[ :]", -1);
                asking = reply[0].equals("ASK");
                if (!asking && !reply[0].equals("MOVED")) {
                    throw e;
                }
                port = Integer.parseInt(reply[reply.length - 1]);
                if (asking) {
                    asked++;
                } else {
                    moved++;
                    portsByKey.put(key, port);
                }
            }
        }
    }

    private RespConnection connection(int port) throws IOException {
        RespConnection open = connections.get(port);
        if (open == null) {
            open = new Endpoint(port, seed.password(), seed.tls()).connect(BOUND);
            connections.put(port, open);
        }
        return open;
    }

    @Override
    public void close() throws IOException {
        for (RespConnection connection : connections.values()) {
            connection.close();
        }
    }
}
