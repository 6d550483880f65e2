package dev.lockstep.local;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the Sentinels of a deployment see, and how they are made to look again. */
final class Sentinels {
    /** Makes a Sentinel demote an old primary in about 2 s instead of 11 s; lost when it restarts. */
    static final List<String> HURRY = debug(500, 200);

    private static final List<String> CALM = debug(10_000, 2_000);
    private static final Duration PROBE_BOUND = Duration.ofMillis(500);

    private final String primaryName;
    private final List<LocalServer> servers;

    Sentinels(String primaryName, List<LocalServer> servers) {
        this.primaryName = primaryName;
        this.servers = servers;
    }

    private static List<String> debug(int infoMillis, int publishMillis) {
        return List.of("SENTINEL", "DEBUG", "info-period", "" + infoMillis, "publish-period", "" + publishMillis);
    }

    /** Waits until every living Sentinel sees this many replicas in sync, and every other living Sentinel. */
    void awaitComplete(int replicas, boolean calmAfterwards, Deadline deadline) {
        List<LocalServer> alive = alive();
        tell(alive, HURRY);
        alive.forEach(sentinel -> awaitComplete(sentinel, replicas, alive.size() - 1, deadline));
        if (calmAfterwards) {
            tell(alive, CALM);
        }
    }

    /** Makes every living Sentinel forget what is gone; one after another, so that a majority always knows all. */
    void forget(int replicasLeft, boolean calmAfterwards, Deadline deadline) {
        List<LocalServer> alive = alive();
        tell(alive, HURRY);
        for (LocalServer sentinel : alive) {
            sentinel.command("SENTINEL", "RESET", primaryName);
            awaitComplete(sentinel, replicasLeft, alive.size() - 1, deadline);
        }
        if (calmAfterwards) {
            tell(alive, CALM);
        }
    }

    private List<LocalServer> alive() {
        return servers.stream().filter(LocalServer::isAlive).toList();
    }

    private void awaitComplete(LocalServer sentinel, int replicas, int others, Deadline deadline) {
        if (!deadline.await(() -> sees(sentinel, replicas, others))) {
            throw new LocalRedisException(sentinel + " does not see a primary, " + replicas + " replicas and " + others
                    + " other sentinels within " + deadline.within() + ". The last lines of its log:\n"
                    + sentinel.logTail(20));
        }
    }

    private static void tell(List<LocalServer> sentinels, List<String> command) {
        for (LocalServer sentinel : sentinels) {
            try {
                sentinel.command(command.toArray(String[]::new));
            } catch (LocalRedisException e) {
                return; // a server before 7.0 has no SENTINEL DEBUG: it only takes longer
            }
        }
    }

    private boolean sees(LocalServer sentinel, int replicas, int others) {
        Map<String, String> primary = master(sentinel);
        List<Map<String, String>> seen = list(sentinel, "REPLICAS");
        return "master".equals(primary.get("flags"))
                && Integer.toString(others).equals(primary.get("num-other-sentinels"))
                && list(sentinel, "SENTINELS").stream().allMatch(s -> "sentinel".equals(s.get("flags")))
                && seen.size() == replicas
                && seen.stream()
                        .allMatch(r -> "slave".equals(r.get("flags")) && "ok".equals(r.get("master-link-status")));
    }

    /** The port of the primary by the word of the Sentinel with the newest configuration; 0 when none answers. */
    int primaryPort() {
        long newest = -1;
        int port = 0;
        for (LocalServer sentinel : servers) {
            Map<String, String> primary = master(sentinel);
            long epoch = Long.parseLong(primary.getOrDefault("config-epoch", "-1"));
            if (epoch > newest) {
                newest = epoch;
                port = Integer.parseInt(primary.getOrDefault("port", "0"));
            }
        }
        return port;
    }

    private Map<String, String> master(LocalServer sentinel) {
        return pairs(ask(sentinel, "MASTER"));
    }

    private List<Map<String, String>> list(LocalServer sentinel, String what) {
        List<Map<String, String>> all = new ArrayList<>();
        if (ask(sentinel, what) instanceof List<?> entries) {
            entries.forEach(entry -> all.add(pairs(entry)));
        }
        return all;
    }

    private @Nullable Object ask(LocalServer sentinel, String what) {
        try {
            return sentinel.command(PROBE_BOUND, "SENTINEL", what, primaryName);
        } catch (LocalRedisException e) {
            return null;
        }
    }

    private static Map<String, String> pairs(@Nullable Object reply) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (reply instanceof List<?> words) {
            for (int i = 0; i + 1 < words.size(); i += 2) {
                fields.put(String.valueOf(words.get(i)), String.valueOf(words.get(i + 1)));
            }
        }
        return fields;
    }
}
