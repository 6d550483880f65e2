package dev.lockstep.sync;

import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.NodeAddress;
import io.netty.channel.EventLoopGroup;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A connection to one server on which it is only asked. Confined to one thread. */
final class Probe implements AutoCloseable {

    /** What a transaction does not queue but does: it is tried in a rehearsal only. */
    private static final Set<String> NOT_QUEUED = Set.of("multi", "exec", "psync", "replconf");

    private final Link link;
    private final Replies replies;

    private Probe(Link link, Duration patience) {
        this.link = link;
        this.replies = new Replies(link, patience);
    }

    /** @throws Setback if the server does not answer */
    static Probe open(Deployment deployment, EventLoopGroup loops, NodeAddress node)
            throws Setback, InterruptedException {
        return open(deployment, deployment.timeout(), loops, node);
    }

    /** @param patience how long an answer is waited for */
    static Probe open(Deployment deployment, Duration patience, EventLoopGroup loops, NodeAddress node)
            throws Setback, InterruptedException {
        var link = new LinkOpener(deployment).open(loops, node, "lockstep-preflight", why -> {});
        return new Probe(LinkOpener.await(link, node, patience), patience);
    }

    NodeAddress node() {
        return link.node();
    }

    /** Commands whose replies are waited for later. */
    Replies replies() {
        return replies;
    }

    /** The reply to a command, which may be a refusal. */
    Reply ask(Words command) throws Setback, InterruptedException {
        return replies.tell(command);
    }

    Reply ask(String... words) throws Setback, InterruptedException {
        return ask(Words.of(words));
    }

    /** The lines of INFO. */
    private Map<String, String> info() throws Setback, InterruptedException {
        Map<String, String> info = new HashMap<>();
        for (String line : String.valueOf(Replies.text(ask("INFO"))).split("\r\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                info.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return info;
    }

    /** What it tells of itself that costs it nothing: INFO, and some settings if its user may see them. */
    ServerFacts briefly(String... settings) throws Setback, InterruptedException {
        Map<String, String> config = new HashMap<>();
        for (String setting : settings) {
            List<Reply> told = Replies.elements(ask("CONFIG", "GET", setting));
            if (told.size() == 2) {
                config.put(setting, String.valueOf(Replies.text(told.get(1))));
            }
        }
        return new ServerFacts(link.node(), info(), config, List.of(), null, 0, 0, ServerFacts.Rights.NOT_ASKED);
    }

    /**
     * All that is asked before a copy.
     *
     * @param needed what a copy calls here
     * @param clock milliseconds since 1970
     */
    ServerFacts thoroughly(List<Words> needed, LongSupplier clock, String... settings)
            throws Setback, InterruptedException {
        ServerFacts brief = briefly(settings);
        long before = clock.getAsLong();
        List<Reply> time = Replies.elements(ask("TIME"));
        long middle = before + (clock.getAsLong() - before) / 2;
        byte[] dump = Replies.bytes(ask("FUNCTION", "DUMP"));
        return new ServerFacts(
                brief.address(),
                brief.info(),
                brief.config(),
                modules(),
                dump == null ? null : RdbFormat.ofPayload(dump),
                Replies.elements(ask("FUNCTION", "LIST")).size(),
                time.size() < 2 ? 0 : millis(time) - middle,
                rights(needed));
    }

    private static long millis(List<Reply> time) {
        return Long.parseLong(String.valueOf(Replies.text(time.get(0)))) * 1_000
                + Long.parseLong(String.valueOf(Replies.text(time.get(1)))) / 1_000;
    }

    private List<String> modules() throws Setback, InterruptedException {
        List<String> names = new ArrayList<>();
        for (Reply module : Replies.elements(ask("MODULE", "LIST"))) {
            List<Reply> fields = Replies.elements(module);
            for (int i = 0; i + 1 < fields.size(); i += 2) {
                if ("name".equals(Replies.text(fields.get(i)))) {
                    names.add(String.valueOf(Replies.text(fields.get(i + 1))));
                }
            }
        }
        return names;
    }

    /** By a rehearsal where the server has that; else by commands in a transaction that is given up. */
    private ServerFacts.Rights rights(List<Words> needed) throws Setback, InterruptedException {
        String user = Replies.text(ask("ACL", "WHOAMI"));
        List<String> lacking = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        boolean rehearses = user != null && !(rehearse(user, Words.of("PING")) instanceof Reply.Failure);
        if (!rehearses && !(ask("MULTI") instanceof Reply.Status)) {
            return new ServerFacts.Rights(user, List.of("multi"), List.of());
        }
        for (Words command : needed) {
            String name = command.name().toLowerCase(Locale.ROOT);
            if (!rehearses && NOT_QUEUED.contains(name)) {
                unknown.add(name);
                continue;
            }
            Reply reply = rehearses ? rehearse(String.valueOf(user), command) : ask(command);
            if (reply instanceof Reply.Failure failure && !rehearses && failure.is("NOPERM")) {
                lacking.add(name);
            } else if (reply instanceof Reply.Failure) { // a command that this server does not have
                unknown.add(name);
            } else if (rehearses && !"OK".equals(Replies.text(reply))) {
                lacking.add(name);
            }
        }
        if (!rehearses) {
            ask("DISCARD");
            unknown.removeAll(List.of("multi", "exec")); // the former was carried out, and goes with the latter
        }
        return new ServerFacts.Rights(
                user,
                lacking.stream().distinct().toList(),
                unknown.stream().distinct().toList());
    }

    private Reply rehearse(String user, Words command) throws Setback, InterruptedException {
        byte[][] words = new byte[command.count() + 3][];
        words[0] = ascii("ACL");
        words[1] = ascii("DRYRUN");
        words[2] = user.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < command.count(); i++) {
            words[i + 3] = command.bytes(i);
        }
        return ask(Words.of(words));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** What the node keeps of a copy; nothing if it may not be read. */
    @Nullable
    String text(String... words) throws Setback, InterruptedException {
        return Replies.text(ask(words));
    }

    @Override
    public void close() {
        link.close();
    }
}
