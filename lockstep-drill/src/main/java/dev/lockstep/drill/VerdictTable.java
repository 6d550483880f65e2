package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The result of a drill as rows of one table: what was counted, and a cell for each client. */
public final class VerdictTable {

    /**
     * One row.
     *
     * @param bad for each cell whether it makes the verdict INVALID
     */
    public record Row(String title, List<String> cells, List<Boolean> bad) {
        public Row {
            cells = List.copyOf(cells);
            bad = List.copyOf(bad);
        }
    }

    private VerdictTable() {}

    /** Every row, the verdicts first. */
    public static List<Row> rows(DrillResult result) {
        List<Row> rows = new ArrayList<>();
        List<ClientResult> clients = result.clients();
        rows.add(new Row(
                "verdict",
                cells(clients, client -> client.verdict().kind().name()),
                clients.stream()
                        .map(client -> client.verdict().kind() == Verdict.Kind.INVALID)
                        .toList()));
        for (Anomaly anomaly : Anomaly.values()) {
            rows.add(new Row(
                    anomaly.title(),
                    cells(clients, client -> number(count(client, anomaly))),
                    clients.stream().map(client -> count(client, anomaly) > 0).toList()));
        }
        rows.add(plain("acknowledged INCR and RPUSH lost", clients, VerdictTable::lost));
        rows.add(plain("  told to be lost although there", clients, figures -> number(figures.toldThere())));
        rows.add(plain("calls", clients, figures -> number(figures.calls())));
        rows.add(plain("calls failed", clients, figures -> number(figures.failed())));
        rows.add(plain("  of them writes with unknown outcome", clients, figures -> number(figures.unknownOutcomes())));
        rows.add(plain(
                "  of them writes that not all replicas confirmed",
                clients,
                figures -> number(figures.failures().getOrDefault(LockstepSubject.NOT_DURABLE, 0L))));
        rows.add(plain(
                "longest time without a write",
                clients,
                figures -> millis(figures.writes().stall())));
        rows.add(plain(
                "longest time without a read",
                clients,
                figures -> millis(figures.reads().stall())));
        rows.add(plain("longest call", clients, VerdictTable::longest));
        rows.add(plain("write, median and p99", clients, figures -> pair(figures.writes())));
        rows.add(plain("read, median and p99", clients, figures -> pair(figures.reads())));
        rows.add(plain("reads served by a replica", clients, VerdictTable::replicaReads));
        rows.add(plain("rollbacks reported", clients, figures -> number(figures.told())));
        return rows;
    }

    /** The table and the reasons of each verdict as text of a fixed width. */
    public static String text(DrillResult result) {
        List<List<String>> lines = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of(""));
        result.clients().forEach(client -> head.add(client.name()));
        lines.add(head);
        for (Row row : rows(result)) {
            List<String> line = new ArrayList<>(List.of(row.title()));
            line.addAll(row.cells());
            lines.add(line);
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            for (int column = 0; column < line.size(); column++) {
                int width = width(lines, column);
                String cell = line.get(column);
                String gap = " ".repeat(width - cell.length());
                text.append(column == 0 ? "  " + cell + gap : "   " + gap + cell);
            }
            text.append('\n');
        }
        for (ClientResult client : result.clients()) {
            for (String reason : client.verdict().reasons()) {
                text.append("  ")
                        .append(client.name())
                        .append(": ")
                        .append(reason)
                        .append('\n');
            }
        }
        return text.toString();
    }

    private static int width(List<List<String>> lines, int column) {
        return lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
    }

    private static Row plain(String title, List<ClientResult> clients, Function<Figures, String> cell) {
        return new Row(
                title,
                cells(clients, client -> cell.apply(client.figures())),
                clients.stream().map(client -> false).toList());
    }

    private static List<String> cells(List<ClientResult> clients, Function<ClientResult, String> cell) {
        return clients.stream().map(cell).toList();
    }

    static int count(ClientResult client, Anomaly anomaly) {
        return client.findings().stream()
                .filter(finding -> finding.anomaly() == anomaly)
                .mapToInt(finding -> finding.violations().size())
                .sum();
    }

    private static String lost(Figures figures) {
        return number(figures.lost()) + " of " + number(figures.acknowledged());
    }

    private static String longest(Figures figures) {
        return millis(Math.max(figures.writes().longest(), figures.reads().longest()));
    }

    private static String replicaReads(Figures figures) {
        return figures.readsByReplica() < 0 ? "not counted" : number(figures.readsByReplica());
    }

    private static String pair(Figures.Times times) {
        return String.format(Locale.ROOT, "%.2f / %.1f ms", times.median() / 1e6, times.p99() / 1e6);
    }

    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    static String millis(long nanos) {
        return nanos < 10_000_000_000L
                ? String.format(Locale.ROOT, "%,d ms", nanos / 1_000_000)
                : String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
    }

    /** Failures by what was told, the most frequent first, such as {@code timed out 3, not connected 2}. */
    static String failures(Figures figures) {
        return figures.failures().entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .map(failure -> failure.getKey() + " " + number(failure.getValue()))
                .collect(Collectors.joining(", "));
    }
}
