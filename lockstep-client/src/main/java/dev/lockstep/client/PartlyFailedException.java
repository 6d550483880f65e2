package dev.lockstep.client;

import io.lettuce.core.RedisException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A command that was sent in parts, since its keys belong to several slots of a Redis Cluster, has failed in some of them.
 * The other parts were executed.
 */
public final class PartlyFailedException extends RedisException {

    private static final long serialVersionUID = 1L;

    /**
     * A part that failed.
     *
     * @param about its keys, or its shard, as text
     * @param why what the same command on this part alone would have failed with, such as {@link NotSentException} or {@link
     *     OutcomeUnknownException}
     */
    public record Failure(String about, Throwable why) {}

    private final transient List<Failure> failures;

    PartlyFailedException(String command, int parts, List<Failure> failures) {
        super(text(command, parts, failures), failures.get(0).why());
        this.failures = List.copyOf(failures);
        failures.stream().skip(1).forEach(failure -> addSuppressed(failure.why()));
    }

    private static String text(String command, int parts, List<Failure> failures) {
        return command + " failed in " + failures.size() + " of its " + parts
                + " parts; the others were executed. Failed: "
                + failures.stream()
                        .limit(3)
                        .map(failure -> failure.about() + ": " + failure.why().getMessage())
                        .collect(Collectors.joining("; "))
                + (failures.size() > 3 ? "; …" : "");
    }

    /** The parts that failed, in the order of their first keys. */
    public List<Failure> failures() {
        return failures;
    }
}
