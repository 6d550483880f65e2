package dev.lockstep.client;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The scripts that were loaded through this client, for primaries that have not seen them: SCRIPT LOAD is not replicated.
 *
 * <p>Thread-safe. Keeps the scripts used last, by count.
 */
final class Scripts {

    private static final int KEPT = 1024;
    private final Map<String, String> bodyBySha = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > KEPT;
        }
    };

    /** Remembers the script of a SCRIPT LOAD; another SCRIPT command is none of our business. */
    void seen(Call call) {
        List<String> arguments = call.request.texts();
        if (arguments.size() != 2 || !arguments.get(0).equalsIgnoreCase("LOAD")) {
            return;
        }
        String body = arguments.get(1);
        String sha = sha1(body.getBytes(StandardCharsets.ISO_8859_1));
        synchronized (this) {
            bodyBySha.put(sha, body);
        }
    }

    /** Loads all of them into a new primary, before any call reaches it. */
    void load(NodeLink link) {
        List<String> bodies;
        synchronized (this) {
            bodies = List.copyOf(bodyBySha.values());
        }
        for (String body : bodies) {
            link.send(new Attempt(
                    new Command<>(
                            CommandType.SCRIPT,
                            new StatusOutput<>(StringCodec.ASCII),
                            new CommandArgs<>(StringCodec.ASCII)
                                    .add("LOAD")
                                    .add(body.getBytes(StandardCharsets.ISO_8859_1))),
                    link,
                    Attempt.NOBODY));
        }
    }

    private static String sha1(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-1", e);
        }
    }
}
