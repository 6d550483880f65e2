package dev.lockstep.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** Text in columns, measured in terminal columns: a Chinese character takes two, a colour none. */
final class Table {
    private static final int GAP = 2;

    private final List<AttributedString> titles;
    private final List<List<AttributedString>> rows = new ArrayList<>();

    /** @param titles the columns; a title that begins with '>' makes its column end at the right */
    Table(String... titles) {
        this.titles = Arrays.stream(titles).map(AttributedString::new).toList();
    }

    Table row(CharSequence... cells) {
        return row(Arrays.asList(cells));
    }

    Table row(List<? extends CharSequence> cells) {
        if (cells.size() != titles.size()) {
            throw new IllegalArgumentException(cells.size() + " cells in a table of " + titles.size() + " columns");
        }
        rows.add(cells.stream().map(Table::oneLine).toList());
        return this;
    }

    static AttributedString styled(String text, AttributedStyle style) {
        return new AttributedString(text, style);
    }

    /** What a server says may hold anything; a cell is one line. */
    private static AttributedString oneLine(CharSequence cell) {
        return cell instanceof AttributedString styled
                ? styled
                : new AttributedString(cell.toString().replaceAll("\\p{Cntrl}+", " "));
    }

    /** The same as {@link #lines} further to the right. */
    List<AttributedString> indented(int columns) {
        AttributedString margin = new AttributedString(" ".repeat(columns));
        return lines().stream()
                .map(line -> AttributedString.join(AttributedString.EMPTY, margin, line))
                .toList();
    }

    /** The titles and the rows, without trailing spaces and without columns in which no row says anything. */
    List<AttributedString> lines() {
        List<List<AttributedString>> all = new ArrayList<>();
        all.add(titles.stream()
                .map(title -> styled(name(title), AttributedStyle.DEFAULT.faint()))
                .toList());
        all.addAll(rows);
        return all.stream().map(row -> line(row, all)).toList();
    }

    private AttributedString line(List<AttributedString> row, List<List<AttributedString>> all) {
        AttributedStringBuilder line = new AttributedStringBuilder();
        int owed = 0; // spaces that only count when text follows
        for (int column = 0; column < row.size(); column++) {
            if (width(column, rows) == 0) {
                continue;
            }
            AttributedString cell = row.get(column);
            int padding = width(column, all) - cell.columnLength();
            boolean right = titles.get(column).toString().startsWith(">");
            owed += right ? padding : 0;
            if (cell.columnLength() > 0) {
                line.append(" ".repeat(owed)).append(cell);
                owed = 0;
            }
            owed += GAP + (right ? 0 : padding);
        }
        return line.toAttributedString();
    }

    private static int width(int column, List<List<AttributedString>> all) {
        return all.stream()
                .mapToInt(row -> row.get(column).columnLength())
                .max()
                .orElse(0);
    }

    private static String name(AttributedString title) {
        return title.toString().replaceFirst("^>", "");
    }
}
