package dev.lockstep.drill;

/** The axis of time of a drill's picture, and what both pictures draw along it. */
final class TimeAxis {
    static final double WIDTH = 1120;
    static final double LEFT = 112;
    static final double RIGHT = 1108;
    private static final double BADGE = 19;

    private final Svg svg;
    private final long length;
    private final double bottom;
    private double lastBadge;

    /** @param length in nanoseconds, more than 0 */
    TimeAxis(Svg svg, long length, double bottom) {
        this.svg = svg;
        this.length = length;
        this.bottom = bottom;
    }

    /** Where a moment is. */
    double x(long nanos) {
        return LEFT + Math.max(0, Math.min(1, (double) nanos / length)) * (RIGHT - LEFT);
    }

    /** Lines and numbers of seconds. */
    void draw() {
        double seconds = length / 1e9;
        int step = seconds <= 20 ? 2 : seconds <= 60 ? 5 : seconds <= 180 ? 15 : 60;
        for (int second = 0; second <= seconds; second += step) {
            double x = x(second * 1_000_000_000L);
            svg.add("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"34\" y2=\"%.1f\" stroke=\"var(--line)\"/>", x, x, bottom);
            svg.add(
                    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"11.5\">%d s</text>",
                    x, bottom + 17, second);
        }
    }

    /** A time behind all that is drawn later. */
    void band(double top, double from, double to, String fill) {
        if (to > from) {
            svg.add(
                    "<rect x=\"%.1f\" y=\"%.0f\" width=\"%.1f\" height=\"%.1f\" fill=\"" + fill + "\"/>",
                    from,
                    top,
                    to - from,
                    bottom - top);
        }
    }

    /** The number of a fault, beside the one before; returns where it stands. */
    double badge(double from, int number) {
        double badge = Math.max(from, lastBadge + BADGE);
        lastBadge = badge;
        svg.add("<circle cx=\"%.1f\" cy=\"13\" r=\"9\" fill=\"var(--fault)\"/>", badge);
        svg.add(
                "<text x=\"%.1f\" y=\"17\" text-anchor=\"middle\" font-size=\"11\" font-weight=\"700\""
                        + " style=\"fill:var(--card)\">%d</text>",
                badge, number);
        return badge;
    }
}
