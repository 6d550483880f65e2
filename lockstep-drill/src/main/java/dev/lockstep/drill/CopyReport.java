package dev.lockstep.drill;

import dev.lockstep.sync.SyncProgress;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** The report of one drill of copies: a single HTML file that needs no network, readable in light and dark. */
public final class CopyReport {

    private static final String MEANING =
            "VALID: in the end every judge found the target equal to the source. INVALID: one did not, or "
                    + "the copy gave up, or did not come into step; evidence below. UNKNOWN: a fault could not be "
                    + "done, or a judge could not judge. The judges know nothing of each other: lockstep verify; a "
                    + "comparison of its own, type by type; and the writer, who knows what was acknowledged, where "
                    + "the source itself cannot have lost any of it.";

    private static final String REPEAT =
            "The seed decides the schedule of faults and every write. Servers and processes keep their "
                    + "own time, so two runs differ.";

    private final CopyResult result;

    private CopyReport(CopyResult result) {
        this.result = result;
    }

    /** The whole page. */
    public static String html(CopyResult result) {
        return new CopyReport(result).page();
    }

    /**
     * Writes the page, replacing an older file.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public static void write(CopyResult result, Path file) {
        Page.write(html(result), file);
    }

    private String page() {
        return new Page(result.verdict(), result.headline())
                .text("lead", String.join(" ", lead()))
                .text("about", about())
                .markup("tiles", tiles())
                .markup("timeline", CopyPicture.of(result))
                .markup("readout", "")
                .markup("script", "")
                .markup("legend", legend())
                .markup("table", table())
                .text("meaning", MEANING)
                .markup("evidence", evidence())
                .markup("faults", faults())
                .text("command", result.settings().command())
                .text("repeat", REPEAT)
                .markup("settings", settings())
                .text("columns", "2")
                .html();
    }

    private List<String> lead() {
        return result.verdict().reasons().stream().map(reason -> reason + ".").toList();
    }

    private String about() {
        return result.source().id() + " to " + result.target().id() + " · seed "
                + result.settings().seed() + " · " + (result.lengthNanos() + 500_000_000) / 1_000_000_000
                + " s of writes, up to " + VerdictTable.number(result.settings().rate()) + " per second · "
                + VerdictTable.number(result.settings().keys())
                + " keys at the beginning · the copier is a process of its own";
    }

    private String tiles() {
        CopyResult.Figures figures = result.figures();
        Svg tiles = new Svg();
        tile(tiles, "Keys", "at the end", figures.keys(), "wrong", result.wrong());
        tile(tiles, "Writes", "acknowledged", figures.writes(), "nobody knows", figures.unknown());
        tile(tiles, "Copiers killed", "in all", result.kills().size(), "in the full copy", result.killsInFullCopy());
        tiles.add("<div class=\"tile\"><h3>After the last write</h3><dl>");
        entry(
                tiles,
                " class=\"main\"",
                "in step",
                figures.caughtUpMillis() < 0 ? "never" : figures.caughtUpMillis() + " ms");
        entry(tiles, "", "full copies", VerdictTable.number(figures.fullCopies()));
        return tiles.add("</dl></div>").toString();
    }

    private static void tile(Svg tiles, String title, String first, long one, String second, long other) {
        tiles.add("<div class=\"tile\"><h3>%s</h3><dl>", title);
        entry(tiles, " class=\"main\"", first, VerdictTable.number(one));
        entry(tiles, "", second, VerdictTable.number(other));
        tiles.add("</dl></div>");
    }

    private static void entry(Svg tiles, String main, String name, String figure) {
        tiles.add("<dt" + main + ">%s</dt><dd" + main + ">%s</dd>", name, figure);
    }

    private static String legend() {
        Svg legend = new Svg();
        for (SyncProgress.Phase phase : SyncProgress.Phase.values()) {
            Page.colour(legend, CopyPicture.fill(phase), CopyResult.text(phase).replace('-', ' '));
        }
        Page.colour(legend, "var(--bad)", "not in the target yet");
        Page.colour(legend, "var(--write)", "writes to the source");
        Page.colour(legend, "var(--fault)", "line: a copier killed");
        Page.colour(legend, "var(--fault-fill)", "fault");
        Page.colour(legend, "var(--settle-fill)", "healed, not yet whole");
        return legend.toString();
    }

    private String table() {
        Svg rows = new Svg();
        rows.add("<tr><th></th><th>wrong</th><th>judged</th></tr>");
        for (CopyResult.Judged one : result.findings()) {
            rows.add(
                    "<tr><td>%s</td><td class=\"%s\">%s</td><td>%s</td></tr>",
                    one.judge(),
                    one.found() > 0 ? "bad" : "zero",
                    VerdictTable.number(one.found()),
                    VerdictTable.number(one.judged()));
        }
        return rows.toString();
    }

    private String evidence() {
        Svg text = new Svg();
        for (CopyResult.Judged one : result.findings()) {
            if (one.found() > 0) {
                list(text, one.judge(), VerdictTable.number(one.found()), one.evidence());
            }
        }
        if (result.verdict().kind() == Verdict.Kind.UNKNOWN) {
            list(text, "Not known", "", result.verdict().reasons());
        }
        if (!result.restarts().isEmpty()) {
            list(
                    text,
                    "Copiers that could not begin, and were started again",
                    VerdictTable.number(result.restarts().size()),
                    result.restarts().stream().distinct().toList());
        }
        if (text.toString().isEmpty()) {
            text.add("<details open><summary>Nothing to show</summary></details>");
        }
        return text.toString();
    }

    private static void list(Svg text, String title, String count, List<String> lines) {
        text.add("<details open><summary>%s <span>%s</span></summary><ul>", title, count);
        lines.forEach(line -> text.add("<li>%s</li>", line));
        text.add("</ul></details>");
    }

    private String faults() {
        Svg rows = new Svg();
        rows.add("<tr><th></th><th>fault</th><th>copy</th><th>began</th><th>healed</th><th>whole again</th></tr>");
        for (int i = 0; i < result.struck().size(); i++) {
            CopyResult.Struck one = result.struck().get(i);
            rows.add(
                    "<tr><td><span class=\"n\">%d</span></td><td>%s<small>%s</small></td><td>%s</td><td>%s</td><td>%s</td>"
                            + "<td>%s</td></tr>",
                    i + 1,
                    one.victim(),
                    one.fault().id(),
                    CopyResult.text(one.phase()),
                    Evidence.at(one.fromNanos()),
                    Evidence.at(one.healedNanos()),
                    Evidence.at(one.wholeNanos()));
        }
        return rows.toString();
    }

    private String settings() {
        Svg text = new Svg();
        for (String side : List.of("source", "target")) {
            text.add("<div><h3>%s</h3><ul>", side);
            result.servers().stream()
                    .filter(line -> line.startsWith(side))
                    .forEach(line -> text.add("<li><code>%s</code></li>", line.substring(side.length() + 2)));
            text.add("</ul></div>");
        }
        return text.toString();
    }
}
