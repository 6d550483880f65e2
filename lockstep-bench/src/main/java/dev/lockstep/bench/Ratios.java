package dev.lockstep.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The ratios of two rows of figures, round by round, lowest first: neighbours in time share the machine's mood. */
record Ratios(List<Double> sorted) {

    static Ratios of(List<Double> ours, List<Double> its) {
        return new Ratios(IntStream.range(0, ours.size())
                .mapToObj(i -> ours.get(i) / its.get(i))
                .sorted()
                .toList());
    }

    /** The one in the middle, the higher one of two. */
    static <T extends Comparable<T>> T median(Stream<T> figures) {
        List<T> sorted = figures.sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    double median() {
        return median(sorted.stream());
    }

    /** The median, and from where to where, for a table. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "**%.2f** (%.2f–%.2f)", median(), sorted.get(0), sorted.get(sorted.size() - 1));
    }
}
