package dev.lockstep.drill;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** The report of one drill: a single HTML file that needs no network, readable in light and dark. */
public final class Report {
    private static final int EVIDENCE_SHOWN = 8;

    private static final String MEANING =
            "VALID: every promise was kept and the drill saw enough to say so. INVALID: a promise was "
                    + "broken, evidence below. UNKNOWN: nothing broken was seen, but a fault met fewer than 200 "
                    + "calls, or something else was not seen. Lost writes count for the verdict only where durable "
                    + "writes promise otherwise; none are used here. The control never made these promises: its "
                    + "column shows what the same application meets without them.";

    private static final String REPEAT =
            "The seed decides the schedule of faults and every call of the workload. Servers and threads "
                    + "keep their own time, so two runs differ by milliseconds.";

    private final DrillResult result;

    private Report(DrillResult result) {
        this.result = result;
    }

    /** The whole page. */
    public static String html(DrillResult result) {
        return new Report(result).page();
    }

    /**
     * Writes the page, replacing an older file.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public static void write(DrillResult result, Path file) {
        Page.write(html(result), file);
    }

    private String page() {
        return new Page(result.verdict(), Headline.of(result))
                .text("lead", Headline.lead(result))
                .text("about", about())
                .markup("tiles", tiles())
                .markup("timeline", TimelinePicture.of(result))
                .markup("readout", "\n<p id=\"readout\">Point at the picture to read it.</p>\n")
                .markup("script", "<script>\n" + Page.resource("report.js") + "</script>\n")
                .markup("legend", legend())
                .markup("faults", faults())
                .markup("table", table())
                .text("meaning", MEANING)
                .markup("evidence", evidence())
                .text("command", result.settings().command())
                .text("repeat", REPEAT)
                .markup("settings", settings())
                .text("columns", String.valueOf(result.clients().size() + 1))
                .html();
    }

    private String about() {
        DrillSettings.Load load = result.settings().load();
        return result.servers().get(0) + " · " + result.settings().topology().id() + " · "
                + (result.settings().isStory() ? "the default schedule" : "random schedule")
                + ", seed " + result.settings().seed() + " · " + (result.lengthNanos() + 500_000_000) / 1_000_000_000
                + " s of load · "
                + load.threads() + " threads and " + VerdictTable.number(load.rate())
                + " calls/s per client, both at once on the same servers · calls time out after "
                + DrillSettings.text(load.timeout());
    }

    private String tiles() {
        Svg tiles = new Svg();
        tile(tiles, "Broken promises", client -> VerdictTable.number(client.violations()));
        tile(
                tiles,
                "Calls failed",
                client -> VerdictTable.number(client.figures().failed()));
        tile(
                tiles,
                "Longest time without a write",
                client -> VerdictTable.millis(client.figures().writes().stall()));
        tile(
                tiles,
                "Longest time without a read",
                client -> VerdictTable.millis(client.figures().reads().stall()));
        return tiles.toString();
    }

    private void tile(Svg tiles, String title, Function<ClientResult, String> figure) {
        tiles.add("<div class=\"tile\"><h3>%s</h3><dl>", title);
        for (int i = 0; i < result.clients().size(); i++) {
            ClientResult client = result.clients().get(i);
            String main = i == 0 ? " class=\"main\"" : "";
            tiles.add("<dt" + main + ">%s</dt><dd" + main + ">%s</dd>", client.name(), figure.apply(client));
        }
        tiles.add("</dl></div>");
    }

    private static String legend() {
        Svg legend = new Svg();
        for (NodeLane.State state : NodeLane.State.values()) {
            Page.colour(legend, TimelinePicture.fill(state), TimelinePicture.word(state));
        }
        Page.colour(legend, "var(--write)", "writes");
        Page.colour(legend, "var(--read)", "reads");
        Page.colour(legend, "var(--bad)", "below the line: calls failed; above: promises broken");
        Page.colour(legend, "var(--fault-fill)", "fault");
        Page.colour(legend, "var(--settle-fill)", "healed, not yet whole");
        return legend.toString();
    }

    private String faults() {
        Svg rows = new Svg();
        rows.add("<tr><th></th><th>fault</th><th>began</th><th>healed</th><th>deployment whole again</th></tr>");
        for (int i = 0; i < result.faults().size(); i++) {
            FaultWindow fault = result.faults().get(i);
            rows.add(
                    "<tr><td><span class=\"n\">%d</span></td><td>%s<small>%s</small></td><td>%s</td><td>%s</td><td>%s</td></tr>",
                    i + 1,
                    fault.text(),
                    fault.kind().id(),
                    Evidence.at(fault.fromNanos()),
                    Evidence.at(fault.healedNanos()),
                    Evidence.at(fault.settledNanos()));
        }
        return rows.toString();
    }

    private String table() {
        Svg rows = new Svg();
        rows.add("<tr><th></th>");
        result.clients().forEach(client -> rows.add("<th>%s</th>", client.name()));
        rows.add("</tr>");
        for (VerdictTable.Row row : VerdictTable.rows(result)) {
            rows.add(
                    row.title().startsWith(" ") ? "<tr><td class=\"indent\">%s" : "<tr><td>%s",
                    row.title().strip());
            meaning(row.title(), rows);
            rows.add("</td>");
            for (int i = 0; i < row.cells().size(); i++) {
                String cell = row.cells().get(i);
                if (row.title().equals("verdict")) {
                    rows.add("<td><span class=\"chip %s\">%s</span></td>", cell, cell);
                } else {
                    rows.add(
                            "<td class=\"%s\">%s</td>",
                            row.bad().get(i) ? "bad" : cell.equals("0") ? "zero" : "", cell);
                }
            }
            rows.add("</tr>");
        }
        return rows.toString();
    }

    private static void meaning(String title, Svg rows) {
        for (Anomaly anomaly : Anomaly.values()) {
            if (anomaly.title().equals(title)) {
                rows.add("<small>%s</small>", anomaly.meaning());
            }
        }
    }

    private String evidence() {
        Svg text = new Svg();
        for (ClientResult client : result.clients()) {
            for (String reason : client.verdict().kind() == Verdict.Kind.UNKNOWN
                    ? client.verdict().reasons()
                    : List.<String>of()) {
                text.add(
                        "<details open><summary>%s <span>not known</span></summary><ul><li>%s</li></ul></details>",
                        client.name(), reason);
            }
            for (Finding finding : client.findings()) {
                findings(client, finding, text);
            }
            if (client.figures().failed() > 0) {
                text.add(
                        "<details><summary>%s: %d calls failed</summary><ul><li>%s</li></ul></details>",
                        client.name(), client.figures().failed(), VerdictTable.failures(client.figures()));
            }
            if (client.violations() == 0 && client.verdict().kind() == Verdict.Kind.VALID) {
                long judged =
                        client.findings().stream().mapToLong(Finding::judged).sum();
                text.add(
                        "<details open><summary>%s: nothing to show <span>%s judgements, no broken promise</span>"
                                + "</summary></details>",
                        client.name(), VerdictTable.number(judged));
            }
        }
        return text.toString();
    }

    private static void findings(ClientResult client, Finding finding, Svg text) {
        int count = finding.violations().size();
        if (count == 0) {
            return;
        }
        text.add(
                "<details><summary>%s: %s <span>%s of %s judged</span></summary><ul>",
                client.name(),
                finding.anomaly().title(),
                VerdictTable.number(count),
                VerdictTable.number(finding.judged()));
        finding.violations().stream()
                .limit(EVIDENCE_SHOWN)
                .forEach(violation -> text.add("<li>%s</li>", violation.evidence()));
        if (count > EVIDENCE_SHOWN) {
            text.add("<li>and %s more</li>", VerdictTable.number(count - EVIDENCE_SHOWN));
        }
        text.add("</ul></details>");
    }

    private String settings() {
        Svg text = new Svg();
        list(text, "Servers", result.servers());
        result.clients().forEach(client -> list(text, client.name(), client.settings()));
        return text.toString();
    }

    private static void list(Svg text, String title, List<String> lines) {
        text.add("<div><h3>%s</h3><ul>", title);
        lines.forEach(line -> text.add("<li><code>%s</code></li>", line));
        text.add("</ul></div>");
    }
}
