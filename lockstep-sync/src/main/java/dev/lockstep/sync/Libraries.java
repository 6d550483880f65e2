package dev.lockstep.sync;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The libraries of functions that the source shards have, as their snapshots say: those that only the target has are removed.
 * Thread-safe.
 */
final class Libraries {
    /* Every primary of a deployment has all libraries, and every source shard tells of them for itself. So nothing is removed
     * before the snapshots of all shards have been read; and nothing any more once a shard's stream has changed a library,
     * because that may be one that no snapshot has. */

    private static final Logger LOG = LoggerFactory.getLogger(Libraries.class);
    private static final Pattern NAME = Pattern.compile("\\A#!\\S+[^\\n]*?[ \\t]name=(\\S+)", Pattern.CASE_INSENSITIVE);

    private final Map<Integer, Set<String>> byLane = new HashMap<>();
    private Set<Integer> lanes = Set.of();
    private boolean changed;

    /** The source shards that are copied from now on. */
    synchronized void expect(Set<Integer> numbers) {
        byLane.clear();
        changed = false;
        lanes = Set.copyOf(numbers);
    }

    /** The name of a library, which its first line tells; null if it does not. */
    static @Nullable String name(String code) {
        Matcher name = NAME.matcher(code);
        return name.find() ? name.group(1) : null;
    }

    /** A stream is about to change a library. */
    synchronized void changed() {
        changed = true;
    }

    /**
     * The snapshot of a source shard has these, and all of them have been carried over; removes what no shard has.
     *
     * @param names null among them if one is not known
     */
    synchronized void copied(int lane, Set<@Nullable String> names, Iterable<Replies> nodes)
            throws Setback, InterruptedException {
        Set<String> known = new HashSet<>();
        for (String name : names) {
            if (name == null) {
                LOG.warn("Function libraries that only the target has are left there: one of the source has no name");
                return;
            }
            known.add(name);
        }
        byLane.put(lane, known);
        if (changed || !byLane.keySet().containsAll(lanes)) {
            return;
        }
        Set<String> wanted = new HashSet<>();
        byLane.values().forEach(wanted::addAll);
        for (Replies node : nodes) {
            for (String name : of(node)) {
                if (!wanted.contains(name)) {
                    node.ask(Words.of("FUNCTION", "DELETE", name));
                    LOG.info(
                            "The function library {} was removed from the target: the source has none of that name",
                            name);
                }
            }
        }
    }

    private static Set<String> of(Replies node) throws Setback, InterruptedException {
        Set<String> names = new HashSet<>();
        List<Reply> libraries;
        try {
            libraries = Replies.elements(node.ask(Words.of("FUNCTION", "LIST")));
        } catch (SyncException e) {
            LOG.warn("Function libraries that only the target has are left there: {}", e.getMessage());
            return names;
        }
        for (Reply library : libraries) {
            List<Reply> facts = Replies.elements(library);
            for (int i = 0; i + 1 < facts.size(); i += 2) {
                if ("library_name".equals(Replies.text(facts.get(i)))) {
                    names.add(String.valueOf(Replies.text(facts.get(i + 1))));
                }
            }
        }
        return names;
    }
}
