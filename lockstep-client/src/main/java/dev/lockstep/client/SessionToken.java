package dev.lockstep.client;

import dev.lockstep.topology.Position;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a session has seen, per shard, as compact text: for an HTTP header, a message, another process.
 *
 * <p>Holds histories and offsets, no data and no secrets. Immutable. The text is {@code 1~shard~history~offset} with more
 * of the last three per further shard, which in a Redis Cluster is named by the slots that it has; only characters that need no quoting in a header or a URL.
 */
public final class SessionToken {

    private static final String VERSION = "1";
    private static final Pattern HISTORY = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern OFFSET = Pattern.compile("[0-9]{1,18}");

    private final Map<String, Position> seen;

    SessionToken(Map<String, Position> seen) {
        this.seen = new LinkedHashMap<>(seen);
    }

    /**
     * Reads the text of a token.
     *
     * @throws IllegalArgumentException if it is none, with what was expected
     */
    public static SessionToken parse(String text) {
        String[] parts = text.strip().split("~", -1);
        if (!parts[0].equals(VERSION) || parts.length % 3 != 1) {
            throw malformed("starts with 1~ and has three parts per shard");
        }
        Map<String, Position> seen = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i += 3) {
            Matcher history = HISTORY.matcher(parts[i + 1]);
            Matcher offset = OFFSET.matcher(parts[i + 2]);
            if (!history.matches() || !offset.matches()) {
                throw malformed("names a history of 40 hexadecimal digits and an offset");
            }
            seen.put(
                    URLDecoder.decode(parts[i], StandardCharsets.UTF_8),
                    new Position(parts[i + 1], Long.parseLong(parts[i + 2])));
        }
        return new SessionToken(seen);
    }

    private static IllegalArgumentException malformed(String expected) {
        return new IllegalArgumentException(
                "This is no session token; expected a text that " + expected + ", as Session.token() gives it");
    }

    Map<String, Position> seen() {
        return seen;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SessionToken token && token.seen.equals(seen);
    }

    @Override
    public int hashCode() {
        return seen.hashCode();
    }

    /** The text that {@link #parse} reads. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(VERSION);
        seen.forEach((shard, position) -> text.append('~')
                .append(URLEncoder.encode(shard, StandardCharsets.UTF_8).replace("~", "%7E"))
                .append('~')
                .append(position.history())
                .append('~')
                .append(position.offset()));
        return text.toString();
    }
}
