package dev.lockstep.drill;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What the writer of a drill of copies knows of its writes: which the source acknowledged. Thread-safe. */
final class CopyLedger {

    /**
     * How much a counter has grown.
     *
     * @param surely what was acknowledged
     * @param perhaps what may have been applied, beyond that
     */
    record Sum(long surely, long perhaps) {}

    private final Map<String, Sum> sums = new HashMap<>();
    private final Set<String> pushed = new HashSet<>();
    private final Set<String> perhapsPushed = new HashSet<>();
    private long acknowledged;
    private long refused;
    private long unknown;

    synchronized void acknowledged(CopyWrite write) {
        acknowledged++;
        write.counts().forEach(count -> add(count, count.by(), 0));
        pushed.addAll(write.pushed());
    }

    /** The source said no, or it was not sent. */
    synchronized void refused() {
        refused++;
    }

    synchronized void unknown(CopyWrite write) {
        unknown++;
        write.counts().forEach(count -> add(count, 0, count.by()));
        perhapsPushed.addAll(write.pushed());
    }

    private void add(CopyWrite.Count count, long surely, long perhaps) {
        sums.merge(
                count.key(),
                new Sum(surely, perhaps),
                (one, other) -> new Sum(one.surely() + other.surely(), one.perhaps() + other.perhaps()));
    }

    synchronized Map<String, Sum> sums() {
        return Map.copyOf(sums);
    }

    /** Elements that are in lists. */
    synchronized Set<String> pushed() {
        return Set.copyOf(pushed);
    }

    /** Elements that may be in lists. */
    synchronized Set<String> perhapsPushed() {
        return Set.copyOf(perhapsPushed);
    }

    synchronized long countAcknowledged() {
        return acknowledged;
    }

    synchronized long countRefused() {
        return refused;
    }

    synchronized long countUnknown() {
        return unknown;
    }
}
