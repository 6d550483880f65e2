package dev.lockstep.drill;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The timeline of a drill as one SVG: faults, what every node was, and the calls of every client, on one axis. */
final class TimelinePicture {
    private static final double LANES = 40;
    private static final double BANDS = 30;
    private static final double LANE = 24;
    private static final double CHART = 118;
    private static final double CHART_GAP = 46;

    private final DrillResult result;
    private final Svg svg = new Svg();
    private final double chartsTop;
    private final double bottom;
    private final TimeAxis axis;

    private TimelinePicture(DrillResult result) {
        this.result = result;
        this.chartsTop = LANES + result.nodes().size() * LANE + 30;
        this.bottom = chartsTop + result.clients().size() * (CHART + CHART_GAP) - 8;
        this.axis = new TimeAxis(svg, result.lengthNanos(), bottom);
    }

    static String of(DrillResult result) {
        return new TimelinePicture(result).draw();
    }

    private String draw() {
        svg.add(
                "<svg id=\"timeline\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"Timeline of the drill\""
                        + " data-left=\"%.0f\" data-right=\"%.0f\" data-length=\"%.0f\" data-bucket=\"%d\" font-size=\"12.5\">",
                TimeAxis.WIDTH, bottom + 26, TimeAxis.LEFT, TimeAxis.RIGHT, result.lengthNanos() / 1e6, bucketMillis());
        svg.add("<defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\""
                + " patternTransform=\"rotate(45)\"><line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\" stroke=\"var(--card)\""
                + " stroke-width=\"2.4\" stroke-opacity=\".55\"/></pattern></defs>");
        axis.draw();
        faults();
        for (int i = 0; i < result.nodes().size(); i++) {
            lane(result.nodes().get(i), LANES + i * LANE);
        }
        int peak =
                result.clients().stream().mapToInt(TimelinePicture::peak).max().orElse(1);
        for (int i = 0; i < result.clients().size(); i++) {
            chart(result.clients().get(i), chartsTop + i * (CHART + CHART_GAP), Math.max(1, peak));
        }
        svg.add(
                "<line id=\"hair\" y1=\"30\" y2=\"%.0f\" stroke=\"var(--soft)\" style=\"display:none\"/></svg>",
                bottom);
        return svg.toString();
    }

    private long bucketMillis() {
        return result.clients().get(0).throughput().bucketNanos() / 1_000_000;
    }

    private void faults() {
        for (int i = 0; i < result.faults().size(); i++) {
            FaultWindow fault = result.faults().get(i);
            double from = axis.x(fault.fromNanos());
            double healed = Math.max(axis.x(fault.healedNanos()), from + 1.5);
            double settled = Math.max(axis.x(fault.settledNanos()), healed);
            svg.add("<g><title>%s</title>", fault.text());
            axis.band(BANDS, from, healed, "var(--fault-fill)");
            axis.band(BANDS, healed, settled, "var(--settle-fill)");
            svg.add(
                    "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"22\" y2=\"%.1f\" stroke=\"var(--fault)\" stroke-width=\"1.2\"/>",
                    from, from, bottom);
            double badge = axis.badge(from, i + 1);
            svg.add("</g>");
            label(i, badge);
        }
    }

    /** The fault in words, where the next badge leaves room for it. */
    private void label(int index, double badge) {
        FaultWindow fault = result.faults().get(index);
        double next = index + 1 < result.faults().size()
                ? axis.x(result.faults().get(index + 1).fromNanos())
                : TimeAxis.RIGHT;
        if (next - badge > 26 + fault.text().length() * 6.1) {
            svg.add("<text x=\"%.1f\" y=\"17\">%s</text>", badge + 14, fault.text());
        }
    }

    private void lane(NodeLane lane, double y) {
        svg.add("<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%s</text>", TimeAxis.LEFT - 12, y + 15, lane.name());
        for (NodeLane.Span span : lane.spans()) {
            double from = axis.x(span.fromNanos());
            double width = Math.max(0.8, axis.x(span.toNanos()) - from);
            boolean down = span.state() == NodeLane.State.DOWN;
            svg.add(
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2.5\" fill=\"" + fill(span.state())
                            + "\" data-lane=\"%s\" data-from=\"%.0f\" data-to=\"%.0f\"><title>%s</title></rect>",
                    from,
                    down ? y + 9.5 : y + 3,
                    width,
                    down ? 3.0 : 16.0,
                    lane.name() + " " + word(span.state()),
                    span.fromNanos() / 1e6,
                    span.toNanos() / 1e6,
                    lane.name() + ": " + word(span.state()) + ", " + Evidence.at(span.fromNanos()) + " to "
                            + Evidence.at(span.toNanos()));
            if (span.state() == NodeLane.State.CATCHING_UP
                    || span.state() == NodeLane.State.OUSTED
                    || span.state() == NodeLane.State.SILENT) {
                svg.add(
                        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"16\" rx=\"2.5\" fill=\"url(#hatch)\""
                                + " pointer-events=\"none\"/>",
                        from, y + 3, width);
            }
        }
    }

    static String fill(NodeLane.State state) {
        return switch (state) {
            case PRIMARY -> "var(--primary)";
            case OUSTED -> "var(--ousted)";
            case REPLICA -> "var(--replica)";
            case CATCHING_UP -> "var(--catching)";
            case SILENT -> "var(--silent)";
            case DOWN -> "var(--down)";
        };
    }

    static String word(NodeLane.State state) {
        return switch (state) {
            case PRIMARY -> "primary";
            case OUSTED -> "ousted primary";
            case REPLICA -> "replica";
            case CATCHING_UP -> "catching up";
            case SILENT -> "silent";
            case DOWN -> "down";
        };
    }

    private static int peak(ClientResult client) {
        Throughput throughput = client.throughput();
        int peak = 0;
        for (int i = 0; i < throughput.reads().size(); i++) {
            peak = Math.max(
                    peak, throughput.reads().get(i) + throughput.writes().get(i));
        }
        return peak;
    }

    private void chart(ClientResult client, double top, int peak) {
        Throughput calls = client.throughput();
        double bottom = top + CHART;
        double scale = (CHART - 22) / peak;
        svg.add(
                "<g data-name=\"%s\" data-reads=\"%s\" data-writes=\"%s\" data-failed=\"%s\" data-violations=\"%s\">",
                client.name(),
                list(calls.reads()),
                list(calls.writes()),
                list(calls.failed()),
                list(calls.violations()));
        svg.add(
                "<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\" font-weight=\"650\" style=\"fill:var(--ink)\">%s</text>",
                TimeAxis.LEFT - 12, top + 16, client.name());
        String verdict = client.verdict().kind().name();
        svg.add(
                "<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\" font-size=\"11.5\" font-weight=\"700\" style=\"fill:var("
                        + colour(client.verdict().kind()) + ")\">%s</text>",
                TimeAxis.LEFT - 12,
                top + 33,
                verdict);
        svg.add(
                "<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\" font-size=\"11\">%s</text>",
                TimeAxis.LEFT - 12,
                bottom - scale * peak + 4 + 22,
                VerdictTable.number(peak * 1_000L / bucketMillis()) + "/s");
        area(calls.writes(), calls.reads(), bottom, scale, "var(--read)");
        area(calls.writes(), List.of(), bottom, scale, "var(--write)");
        svg.add(
                "<line x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"var(--faint)\" stroke-opacity=\".6\"/>",
                TimeAxis.LEFT, TimeAxis.RIGHT, bottom, bottom);
        marks(calls, top, bottom);
        svg.add("</g>");
    }

    private static String colour(Verdict.Kind kind) {
        return switch (kind) {
            case VALID -> "--good";
            case INVALID -> "--bad";
            case UNKNOWN -> "--unknown";
        };
    }

    private static String list(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** Calls over time as steps, so that a stall falls to the ground where it begins and rises where it ends. */
    private void area(List<Integer> lower, List<Integer> upper, double bottom, double scale, String fill) {
        StringBuilder path = new StringBuilder();
        long bucket = bucketMillis() * 1_000_000;
        for (int i = 0; i < lower.size(); i++) {
            double y = bottom - scale * (lower.get(i) + (upper.isEmpty() ? 0 : upper.get(i)));
            String from = String.format(Locale.ROOT, "%.1f", axis.x(i * bucket));
            String to = String.format(Locale.ROOT, "%.1f", axis.x((i + 1) * bucket));
            String height = String.format(Locale.ROOT, "%.1f", y);
            path.append(i == 0 ? "M" + from + " " + bottom + "L" : "L").append(from + " " + height + "L" + to + " ");
            path.append(height);
        }
        svg.add("<path d=\"%s L%.1f %.1fZ\" fill=\"" + fill + "\"/>", path.toString(), TimeAxis.RIGHT, bottom);
    }

    /** Failed calls below the axis, broken promises above the calls. */
    private void marks(Throughput calls, double top, double bottom) {
        long bucket = bucketMillis() * 1_000_000;
        double width = axis.x(bucket) - TimeAxis.LEFT;
        for (int i = 0; i < calls.failed().size(); i++) {
            int failed = calls.failed().get(i);
            if (failed > 0) {
                svg.add(
                        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"var(--bad)\" fill-opacity=\".65\">"
                                + "<title>%d calls failed</title></rect>",
                        axis.x(i * bucket),
                        bottom + 1,
                        Math.max(1.5, width - 0.5),
                        2 + Math.min(14, 2.2 * Math.sqrt(failed)),
                        failed);
            }
            int broken = calls.violations().get(i);
            if (broken > 0) {
                double x = axis.x(i * bucket + bucket / 2);
                double size = Math.min(7, 2.6 + Math.sqrt(broken) * 0.5);
                svg.add(
                        "<path d=\"M%.1f %.1fl%.1f %.1fl-%.1f %.1fl-%.1f -%.1fz\" fill=\"var(--bad)\"><title>%d broken"
                                + " promises</title></path>",
                        x, top + 8 - size, size, size, size, size, size, size, broken);
            }
        }
    }
}
