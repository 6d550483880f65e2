package dev.lockstep.sync;

import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.NodeAddress;
import io.netty.channel.EventLoopGroup;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the sentinels of a source would leave a primary alone that takes no writes. */
final class SentinelPatience {
    /* Sentinels send messages to the primary that count as writes, on the connection on which they ask whether it lives. So
     * to them a primary that is paused is silent, until they connect anew, which they do after half of
     * down-after-milliseconds, and not before 15 s. If that setting is too small they fail over before.
     *
     * One that is down does not count, since it takes nobody for dead. One that refuses to be asked does. */

    private static final Logger LOG = LoggerFactory.getLogger(SentinelPatience.class);
    private static final long LEAST_MILLIS = 15_000;

    private final Deployment deployment;
    private final Deployment sentinels;
    private final String name;
    private final EventLoopGroup loops;
    private final ArrayDeque<NodeAddress> left = new ArrayDeque<>();
    private final Set<NodeAddress> met = new HashSet<>();
    private boolean told;

    private SentinelPatience(Deployment deployment, EventLoopGroup loops) {
        this.deployment = deployment;
        this.loops = loops;
        this.name = String.valueOf(deployment.primaryName());
        this.sentinels = Deployment.builder(Deployment.Mode.STANDALONE)
                .seeds(deployment.seeds().subList(0, 1))
                .credentials(deployment.sentinelUsername(), deployment.sentinelPassword())
                .tls(deployment.tls())
                .timeout(deployment.timeout())
                .socketTimeout(deployment.socketTimeout())
                .connectTimeout(deployment.connectTimeout())
                .build();
    }

    /**
     * Asks all sentinels of a source, if it has some.
     *
     * @throws SyncException if one would not, or that cannot be known
     */
    static void check(Deployment source, EventLoopGroup loops) throws InterruptedException {
        if (source.mode() == Deployment.Mode.SENTINEL) {
            new SentinelPatience(source, loops).checkAll();
        }
    }

    private void checkAll() throws InterruptedException {
        deployment.seeds().forEach(this::meet);
        while (!left.isEmpty()) {
            NodeAddress sentinel = left.remove();
            try (Probe probe = Probe.open(sentinels, loops, sentinel)) {
                check(probe);
            } catch (Setback e) {
                String why = String.valueOf(e.getMessage());
                if (Stream.of("NOAUTH", "WRONGPASS", "NOPERM").anyMatch(why::contains)) {
                    throw new SyncException("Sentinel " + sentinel
                            + " does not tell after how long it would replace a primary whose writes are paused: " + why
                            + ". Give the source's URI the user and password of the sentinels, and grant that user"
                            + " +sentinel|master and +sentinel|sentinels");
                }
                LOG.warn("Sentinel {} was not asked for its down-after-milliseconds: {}", sentinel, why);
            }
        }
        if (!told) {
            throw new SyncException("No sentinel of the source has told after how long it would replace a primary whose"
                    + " writes are paused; expected one that answers SENTINEL MASTER " + name
                    + ". Look after the sentinels that the source's URI names, and start again");
        }
    }

    private void meet(NodeAddress sentinel) {
        if (met.add(sentinel)) {
            left.add(sentinel);
        }
    }

    private void check(Probe sentinel) throws Setback, InterruptedException {
        String millis = fields(ask(sentinel, "MASTER")).get("down-after-milliseconds");
        if (millis == null) {
            throw new Setback("its answer does not say");
        }
        told = true;
        if (Long.parseLong(millis) < LEAST_MILLIS) {
            throw new SyncException("Sentinel " + sentinel.node()
                    + " would replace a primary whose writes are paused, since it takes"
                    + " one for dead after " + millis + " ms; expected at least " + LEAST_MILLIS
                    + ". Set it on each sentinel first, and back later: SENTINEL SET " + name
                    + " down-after-milliseconds 30000");
        }
        for (Reply other : Replies.elements(ask(sentinel, "SENTINELS"))) {
            Map<String, String> fields = fields(other);
            String host = fields.get("ip");
            String port = fields.get("port");
            if (host != null && !host.isEmpty() && port != null && !port.equals("0")) {
                meet(deployment.addressTranslation().apply(new NodeAddress(host, Integer.parseInt(port))));
            }
        }
    }

    private Reply ask(Probe sentinel, String what) throws Setback, InterruptedException {
        Reply reply = sentinel.ask("SENTINEL", what, name);
        if (reply instanceof Reply.Failure failure) {
            throw new Setback("it answered SENTINEL " + what + " with: " + failure.text());
        }
        return reply;
    }

    private static Map<String, String> fields(Reply reply) {
        Map<String, String> fields = new HashMap<>();
        List<Reply> words = Replies.elements(reply);
        for (int i = 0; i + 1 < words.size(); i += 2) {
            fields.put(String.valueOf(Replies.text(words.get(i))), String.valueOf(Replies.text(words.get(i + 1))));
        }
        return fields;
    }
}
