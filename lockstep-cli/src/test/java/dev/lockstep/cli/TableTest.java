package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.junit.jupiter.api.Test;

class TableTest {

    private static List<String> text(Table table) {
        return table.lines().stream().map(AttributedString::toString).toList();
    }

    @Test
    void columnsAreAsWideAsTheirWidestCellAndLinesEndWithTheirText() {
        Table table = new Table("NAME", ">SIZE", "NOTE").row("a", "1", "").row("longer", "12345", "x");
        assertThat(text(table)).containsExactly("NAME     SIZE  NOTE", "a           1", "longer  12345  x");
    }

    @Test
    void chineseCellsTakeTwoColumnsForEachCharacter() {
        Table table = new Table("NAME", "STATE").row("主节点", "up").row("replica", "up");
        assertThat(text(table)).containsExactly("NAME     STATE", "主节点   up", "replica  up");
        assertThat(table.lines().get(1).columnLength())
                .isEqualTo(table.lines().get(2).columnLength());
    }

    @Test
    void coloursTakeNoColumn() {
        AttributedStyle red = AttributedStyle.DEFAULT.foreground(AttributedStyle.RED);
        Table table = new Table("A", "B").row(Table.styled("xx", red), "1").row("xx", "1");
        assertThat(text(table).get(1)).isEqualTo(text(table).get(2));
        assertThat(table.lines().get(1).toAnsi()).contains("\033[31m");
    }

    @Test
    void aColumnInWhichNoRowSaysAnythingIsLeftOut() {
        assertThat(text(new Table("A", "EMPTY", "B").row("1", "", "2"))).containsExactly("A  B", "1  2");
    }

    @Test
    void whatAServerSaysCannotBreakTheLine() {
        assertThat(text(new Table("A", "B").row("x\r\n\033[2Jy", "z")))
                .noneMatch(line -> line.chars().anyMatch(Character::isISOControl))
                .contains("x [2Jy  z");
    }

    @Test
    void aRowHasAsManyCellsAsTheTableHasColumns() {
        assertThatThrownBy(() -> new Table("A", "B").row("1")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void noMarginChangesTheColumns() {
        assertThat(new Table("A").row("1").indented(2))
                .map(AttributedString::toString)
                .containsExactly("  A", "  1");
    }
}
