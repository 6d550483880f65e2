package dev.lockstep.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What each contender did under one load, round by round. The first contender is ours.
 *
 * @param columns the figures of a round; the first is how many calls a second
 * @param rounds of each contender, in the order of the table, a figure for each column
 */
record Sheet(String load, List<Column> columns, Map<String, List<double[]>> rounds) {

    /**
     * One figure.
     *
     * @param decimals how exactly people are told
     * @param compared whether the ratio of ours to each other contender's is of interest
     */
    record Column(String name, int decimals, boolean compared) {

        private String text(double figure) {
            return String.format(Locale.ROOT, "%,." + decimals + "f", figure);
        }
    }

    String ours() {
        return rounds.keySet().iterator().next();
    }

    double median(String contender, int column) {
        return Ratios.median(figures(contender, column).stream());
    }

    /** Of ours to the contender's. */
    Ratios ratios(String contender, int column) {
        return Ratios.of(figures(ours(), column), figures(contender, column));
    }

    private List<Double> figures(String contender, int column) {
        return rounds.getOrDefault(contender, List.of()).stream()
                .map(round -> round[column])
                .toList();
    }

    /** A table of medians, and of ratios with their range. */
    String markdown() {
        StringBuilder text = new StringBuilder("| " + load + " |");
        for (Column column : columns) {
            text.append(' ').append(column.name()).append(column.compared() ? " | ours beside it |" : " |");
        }
        text.append("\n|---|")
                .append("---|"
                        .repeat(columns.size()
                                + (int) columns.stream()
                                        .filter(Column::compared)
                                        .count()));
        for (String contender : rounds.keySet()) {
            text.append("\n| ").append(contender).append(" |");
            IntStream.range(0, columns.size()).forEach(i -> {
                Column column = columns.get(i);
                text.append(' ').append(column.text(median(contender, i))).append(" |");
                if (column.compared()) {
                    text.append(' ')
                            .append(contender.equals(ours()) ? "" : ratios(contender, i))
                            .append(" |");
                }
            });
        }
        return text.append('\n').toString();
    }
}
