package dev.lockstep.drill;

import dev.lockstep.drill.CopyResult.Sample;
import dev.lockstep.sync.SyncProgress;
import java.util.List;

/** The timeline of a drill of copies as one SVG: faults, the phase of the copy, how far it was behind, and the writes. */
final class CopyPicture {
    private static final double BANDS = 34;
    private static final double PHASES = 40;
    private static final double LANE = 20;
    private static final double CHART = 110;
    private static final double LAG = 96;
    private static final double WRITES = 252;
    private static final double BOTTOM = WRITES + CHART;
    private static final int BUCKETS = 160;

    private final CopyResult result;
    private final long length;
    private final Svg svg = new Svg();
    private final TimeAxis axis;

    private CopyPicture(CopyResult result) {
        this.result = result;
        List<Sample> samples = result.samples();
        long last = samples.isEmpty() ? 1 : samples.get(samples.size() - 1).atNanos();
        this.length = Math.max(1, Math.max(result.lengthNanos(), last));
        this.axis = new TimeAxis(svg, length, BOTTOM);
    }

    static String of(CopyResult result) {
        return new CopyPicture(result).draw();
    }

    /** The colour of a phase, as the pages have it. */
    static String fill(SyncProgress.Phase phase) {
        return switch (phase) {
            case CONNECTING -> "var(--down)";
            case FULL_COPY -> "var(--catching)";
            case CATCH_UP -> "var(--replica)";
            case LIVE -> "var(--primary)";
        };
    }

    private String draw() {
        svg.add(
                "<svg id=\"timeline\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"Timeline of the drill\""
                        + " font-size=\"12.5\">",
                TimeAxis.WIDTH, BOTTOM + 26);
        axis.draw();
        faults();
        phases();
        lag();
        writes();
        return svg.add("</svg>").toString();
    }

    private void faults() {
        for (int i = 0; i < result.struck().size(); i++) {
            CopyResult.Struck one = result.struck().get(i);
            double from = axis.x(one.fromNanos());
            double healed = Math.max(axis.x(one.healedNanos()), from + 1.5);
            svg.add("<g><title>%s: %s</title>", one.fault().id(), one.victim());
            axis.band(BANDS, from, healed, "var(--fault-fill)");
            axis.band(BANDS, healed, axis.x(one.wholeNanos()), "var(--settle-fill)");
            axis.badge(from, i + 1);
            svg.add("</g>");
        }
        result.kills().forEach(kill -> {
            double at = axis.x(kill.atNanos());
            svg.add(
                    "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"30\" y2=\"%.1f\" stroke=\"var(--fault)\""
                            + " stroke-width=\"1.4\"><title>a copier killed</title></line>",
                    at, at, BOTTOM);
        });
    }

    private void phases() {
        svg.add("<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">phase</text>", TimeAxis.LEFT - 10, PHASES + 14);
        List<Sample> samples = result.samples();
        for (int i = 0; i < samples.size(); i++) {
            long until = i + 1 < samples.size() ? samples.get(i + 1).atNanos() : length;
            svg.add(
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" fill=\""
                            + fill(samples.get(i).phase()) + "\"/>",
                    axis.x(samples.get(i).atNanos()),
                    PHASES,
                    axis.x(until) - axis.x(samples.get(i).atNanos()),
                    LANE);
        }
    }

    private void lag() {
        double most = Math.max(
                1, result.samples().stream().mapToLong(Sample::lagBytes).max().orElse(1));
        chart(LAG, "behind", VerdictTable.number(Math.round(most / 1024)) + " KiB", "var(--bad)", lagPoints(most));
    }

    private String lagPoints(double most) {
        StringBuilder points = new StringBuilder();
        for (Sample sample : result.samples()) {
            point(points, axis.x(sample.atNanos()), LAG + CHART - sample.lagBytes() / most * CHART);
        }
        return points.toString();
    }

    /** Acknowledged writes per second, each bucket from the first and last count in it. */
    private void writes() {
        double[] rates = new double[BUCKETS];
        List<Sample> samples = result.samples();
        for (int i = 1; i < samples.size(); i++) {
            Sample before = samples.get(i - 1);
            Sample now = samples.get(i);
            double rate = (now.writes() - before.writes()) * 1e9 / Math.max(1, now.atNanos() - before.atNanos());
            for (int bucket = bucket(before.atNanos()); bucket <= bucket(now.atNanos()); bucket++) {
                rates[bucket] = rate;
            }
        }
        double most = 1;
        for (double rate : rates) {
            most = Math.max(most, rate);
        }
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < BUCKETS; i++) {
            point(points, axis.x(length * i / BUCKETS), WRITES + CHART - rates[i] / most * (CHART - 20));
        }
        chart(WRITES, "writes", VerdictTable.number(Math.round(most)) + " /s", "var(--write)", points.toString());
    }

    private int bucket(long nanos) {
        return (int) Math.min(BUCKETS - 1, Math.max(0, nanos * BUCKETS / length));
    }

    private static void point(StringBuilder points, double x, double y) {
        points.append(String.format(java.util.Locale.ROOT, "%.1f,%.1f ", x, y));
    }

    private void chart(double top, String name, String most, String stroke, String points) {
        svg.add("<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%s</text>", TimeAxis.LEFT - 10, top + CHART / 2, name);
        svg.add(
                "<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\" font-size=\"11\">up to %s</text>",
                TimeAxis.LEFT - 10, top + CHART / 2 + 16, most);
        svg.add(
                "<polyline fill=\"none\" stroke=\"" + stroke + "\" stroke-width=\"1.5\" points=\"%s\"/>",
                points.strip());
        svg.add(
                "<line x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"var(--line)\"/>",
                TimeAxis.LEFT, TimeAxis.RIGHT, top + CHART, top + CHART);
    }
}
