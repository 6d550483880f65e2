package dev.lockstep.drill;

import dev.lockstep.drill.CopyResult.Sample;
import dev.lockstep.sync.SyncProgress;
import java.util.List;

/** The timeline of a drill of copies as one SVG: faults, the phase of the copy, how far it was behind, and the writes. */
final class CopyPicture {
    private static final double WIDTH = 1120;
    private static final double LEFT = 112;
    private static final double RIGHT = 1108;
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

    private CopyPicture(CopyResult result) {
        this.result = result;
        List<Sample> samples = result.samples();
        long last = samples.isEmpty() ? 1 : samples.get(samples.size() - 1).atNanos();
        this.length = Math.max(1, Math.max(result.lengthNanos(), last));
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
                WIDTH, BOTTOM + 26);
        axis();
        faults();
        phases();
        lag();
        writes();
        return svg.add("</svg>").toString();
    }

    private double x(long nanos) {
        return LEFT + Math.max(0, Math.min(1, (double) nanos / length)) * (RIGHT - LEFT);
    }

    private void axis() {
        double seconds = length / 1e9;
        int step = seconds <= 20 ? 2 : seconds <= 60 ? 5 : seconds <= 180 ? 15 : 60;
        for (int second = 0; second <= seconds; second += step) {
            double x = x(second * 1_000_000_000L);
            svg.add("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"34\" y2=\"%.1f\" stroke=\"var(--line)\"/>", x, x, BOTTOM);
            svg.add(
                    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"11.5\">%d s</text>",
                    x, BOTTOM + 17, second);
        }
    }

    private void faults() {
        double lastBadge = 0;
        for (int i = 0; i < result.struck().size(); i++) {
            CopyResult.Struck one = result.struck().get(i);
            double from = x(one.fromNanos());
            double healed = Math.max(x(one.healedNanos()), from + 1.5);
            svg.add("<g><title>%s: %s</title>", one.fault().id(), one.victim());
            band(from, healed, "var(--fault-fill)");
            band(healed, Math.max(healed, x(one.wholeNanos())), "var(--settle-fill)");
            double badge = Math.max(from, lastBadge + 19);
            lastBadge = badge;
            svg.add("<circle cx=\"%.1f\" cy=\"13\" r=\"9\" fill=\"var(--fault)\"/>", badge);
            svg.add(
                    "<text x=\"%.1f\" y=\"17\" text-anchor=\"middle\" font-size=\"11\" font-weight=\"700\""
                            + " style=\"fill:var(--card)\">%d</text></g>",
                    badge, i + 1);
        }
        result.kills().forEach(kill -> {
            double at = x(kill.atNanos());
            svg.add(
                    "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"30\" y2=\"%.1f\" stroke=\"var(--fault)\""
                            + " stroke-width=\"1.4\"><title>a copier killed</title></line>",
                    at, at, BOTTOM);
        });
    }

    private void band(double from, double to, String fill) {
        svg.add(
                "<rect x=\"%.1f\" y=\"34\" width=\"%.1f\" height=\"%.1f\" fill=\"" + fill + "\"/>",
                from,
                to - from,
                BOTTOM - 34);
    }

    private void phases() {
        svg.add("<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">phase</text>", LEFT - 10, PHASES + 14);
        List<Sample> samples = result.samples();
        for (int i = 0; i < samples.size(); i++) {
            long until = i + 1 < samples.size() ? samples.get(i + 1).atNanos() : length;
            svg.add(
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" fill=\""
                            + fill(samples.get(i).phase()) + "\"/>",
                    x(samples.get(i).atNanos()),
                    PHASES,
                    x(until) - x(samples.get(i).atNanos()),
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
            point(points, x(sample.atNanos()), LAG + CHART - sample.lagBytes() / most * CHART);
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
            point(points, x(length * i / BUCKETS), WRITES + CHART - rates[i] / most * (CHART - 20));
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
        svg.add("<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%s</text>", LEFT - 10, top + CHART / 2, name);
        svg.add(
                "<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\" font-size=\"11\">up to %s</text>",
                LEFT - 10, top + CHART / 2 + 16, most);
        svg.add(
                "<polyline fill=\"none\" stroke=\"" + stroke + "\" stroke-width=\"1.5\" points=\"%s\"/>",
                points.strip());
        svg.add(
                "<line x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"var(--line)\"/>",
                LEFT, RIGHT, top + CHART, top + CHART);
    }
}
