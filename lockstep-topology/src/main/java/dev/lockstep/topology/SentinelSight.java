package dev.lockstep.topology;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What one sentinel knows of a primary and its replicas, as far as a switchover depends on it. Immutable.
 *
 * @param id its own id, or its address if it tells none
 * @param announced whom it names as the primary, as servers reach it
 * @param primary the same as this process reaches it
 * @param flags its opinion of the primary: only {@code master} if all is well
 * @param others how many other sentinels it knows
 * @param tilt whether it has lost its sense of time and acts on nothing
 * @param noQuorum why it could not get a failover agreed to now; null if it could
 */
record SentinelSight(
        NodeAddress address,
        String id,
        NodeAddress announced,
        NodeAddress primary,
        Set<String> flags,
        int others,
        boolean tilt,
        @Nullable String noQuorum,
        List<Replica> replicas) {

    /**
     * One replica as the sentinel sees it.
     *
     * @param announced where servers reach it
     * @param address where this process reaches it
     * @param flags only {@code slave} if all is well
     * @param priority as it last told the sentinel; 0: never to be promoted
     */
    record Replica(NodeAddress announced, NodeAddress address, Set<String> flags, int priority) {
        boolean isWell() {
            return flags.equals(Set.of("slave"));
        }
    }

    SentinelSight {
        flags = Set.copyOf(flags);
        replicas = List.copyOf(replicas);
    }

    /** What a sentinel answers now. */
    static SentinelSight ask(Wire sentinel, String name, UnaryOperator<NodeAddress> translation) {
        Map<String, String> primary = sentinel.askForMap("SENTINEL", "MASTER", name);
        NodeAddress named = address(sentinel.askForList("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name));
        return new SentinelSight(
                sentinel.address(),
                orElse(sentinel, sentinel.address().toString(), "SENTINEL", "MYID"),
                named,
                translation.apply(named),
                flags(primary),
                Integer.parseInt(primary.getOrDefault("num-other-sentinels", "0")),
                orElse(sentinel, "", "INFO", "sentinel").contains("sentinel_tilt:1"),
                noQuorum(sentinel, name),
                replicas(sentinel, name, translation));
    }

    /** Whom a sentinel names as the primary now, as servers reach it. */
    static CompletableFuture<NodeAddress> named(Wire sentinel, String name) {
        return sentinel.sendForList("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name).thenApply(SentinelSight::address);
    }

    private static NodeAddress address(List<String> words) {
        return new NodeAddress(words.get(0), Integer.parseInt(words.get(1)));
    }

    static List<Replica> replicas(Wire sentinel, String name, UnaryOperator<NodeAddress> translation) {
        List<Replica> replicas = new ArrayList<>();
        for (Map<String, String> replica : sentinel.askForMaps("SENTINEL", "REPLICAS", name)) {
            NodeAddress announced = new NodeAddress(
                    replica.getOrDefault("ip", "?"), Integer.parseInt(replica.getOrDefault("port", "6379")));
            replicas.add(new Replica(
                    announced,
                    translation.apply(announced),
                    flags(replica),
                    Integer.parseInt(replica.getOrDefault("slave-priority", "100"))));
        }
        return replicas;
    }

    private static Set<String> flags(Map<String, String> entry) {
        return Set.of(entry.getOrDefault("flags", "").split(",", -1));
    }

    private static @Nullable String noQuorum(Wire sentinel, String name) {
        try {
            sentinel.ask("SENTINEL", "CKQUORUM", name);
            return null;
        } catch (RedisCommandExecutionException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String orElse(Wire sentinel, String otherwise, String... words) {
        try {
            return sentinel.ask(words);
        } catch (RedisCommandExecutionException e) {
            return otherwise; // an old version, or a user who may not: what it would tell only refines the picture
        }
    }
}
