package dev.lockstep.client;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.MapOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The question to each server, once per process, whether it has settings under which replication offsets do not tell what
 * data it holds. Thread-safe.
 */
final class SettingsCheck {
    /* repl-diskless-load flush-before-load: a replica whose full copy breaks off has lost its old data and still tells its
     * old offset. replica-ignore-maxmemory no: a replica removes keys by itself, at offsets at which its primary has them. */

    private static final Logger log = LoggerFactory.getLogger(SettingsCheck.class);

    private record Rule(String name, String unsafe, String consequence) {}

    private static final Set<Rule> RULES = Set.of(
            new Rule(
                    "repl-diskless-load",
                    "flush-before-load",
                    "a replica whose copying breaks off is empty, and says that it is not. Set it to disabled or swapdb"),
            new Rule(
                    "replica-ignore-maxmemory",
                    "no",
                    "a replica evicts keys that its primary has, and nothing tells which. Set it to yes"));

    private final Events events;
    private final Set<String> asked = ConcurrentHashMap.newKeySet();

    SettingsCheck(Events events) {
        this.events = events;
    }

    /** Asks the process at the other end, unless it was asked before. */
    void ask(NodeLink link) {
        if (asked.add(link.identity.runId())) {
            RULES.forEach(rule -> link.send(new Attempt(question(rule), link, new Answer(rule))));
        }
    }

    private static Command<String, String, Map<String, String>> question(Rule rule) {
        return new Command<>(
                CommandType.CONFIG,
                new MapOutput<>(StringCodec.UTF8),
                new CommandArgs<>(StringCodec.UTF8).add("GET").add(rule.name()));
    }

    private final class Answer implements Attempt.Own {
        private final Rule rule;

        Answer(Rule rule) {
            this.rule = rule;
        }

        @Override
        public void answered(Attempt attempt, NodeLink link) {
            if (attempt.error() != null) {
                log.debug("{} does not tell its {}: {}", link, rule.name(), attempt.error());
            } else if (attempt.getOutput().get() instanceof Map<?, ?> settings) {
                Object value = settings.get(rule.name());
                if (rule.unsafe().equals(value)) {
                    events.unsafe(new UnsafeSetting(link.address, rule.name(), rule.unsafe(), rule.consequence()));
                }
            }
        }

        @Override
        public void lost() {} // a process that lives on is known well enough without it
    }
}
