package dev.lockstep.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The rounds of two contenders under one shape, side by side, as a row of a Markdown table. */
final class Comparison {

    static final String HEADER = """
            | load | Lettuce, ops/s | Lockstep, ops/s | ratio: median (min–max) | client CPU, µs/op | servers' CPU, µs/op |
            |---|---|---|---|---|---|""";

    private final Shape shape;
    private final List<Round> peer = new ArrayList<>();
    private final List<Round> ours = new ArrayList<>();

    Comparison(Shape shape) {
        this.shape = shape;
    }

    void add(Round ofPeer, Round ofOurs) {
        peer.add(ofPeer);
        ours.add(ofOurs);
    }

    /** Ours to the peer's, round by round, lowest first: neighbours in time share the machine's mood. */
    double[] ratios() {
        double[] ratios = new double[peer.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = ours.get(i).perSecond() / peer.get(i).perSecond();
        }
        Arrays.sort(ratios);
        return ratios;
    }

    String row() {
        double[] ratios = ratios();
        return String.format(
                Locale.ROOT,
                "| %s | %,.0f | %,.0f | **%.2f** (%.2f–%.2f) | %.1f → %.1f | %.1f → %.1f |",
                shape.name(),
                median(peer, Round::perSecond),
                median(ours, Round::perSecond),
                median(ratios),
                ratios[0],
                ratios[ratios.length - 1],
                median(peer, Round::clientCpuMicros),
                median(ours, Round::clientCpuMicros),
                median(peer, Round::serverCpuMicros),
                median(ours, Round::serverCpuMicros));
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return median(rounds.stream().mapToDouble(figure).sorted().toArray());
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
