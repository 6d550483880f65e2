package dev.lockstep.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;

/** Where a text that changes is shown: in place on a terminal, one block after another elsewhere. */
interface Screen extends AutoCloseable {

    void show(List<AttributedString> lines);

    @Override
    default void close() {}

    /** In place if asked for and possible. */
    static Screen on(Output output, boolean inPlace) {
        if (inPlace && Output.isTerminal(1)) {
            try {
                // Without its signal handlers: Ctrl-C belongs to StopSignal.
                Terminal terminal = TerminalBuilder.builder()
                        .system(true)
                        .dumb(true)
                        .nativeSignals(false)
                        .graphemeCluster(false)
                        .build();
                if (!terminal.getType().startsWith(Terminal.TYPE_DUMB)) {
                    return new InPlace(terminal, output.color().on(true));
                }
                terminal.close();
            } catch (IOException e) {
                output.progress("This terminal cannot redraw in place: " + e.getMessage());
            }
        }
        return inPlace ? new Blocks(output) : output::lines;
    }

    /** Blocks, each followed by an empty line. */
    record Blocks(Output output) implements Screen {
        @Override
        public void show(List<AttributedString> lines) {
            output.lines(lines);
            output.line("");
        }
    }

    /** The lower lines of a terminal, painted anew where they differ. */
    final class InPlace implements Screen {
        private final Terminal terminal;
        private final Display display;
        private final boolean coloured;

        InPlace(Terminal terminal, boolean coloured) {
            this.terminal = terminal;
            this.display = new Display(terminal, false);
            this.coloured = coloured;
        }

        @Override
        public void show(List<AttributedString> lines) {
            Size size = terminal.getSize();
            int columns = size.getColumns() > 0 ? size.getColumns() : 80;
            int rows = size.getRows() > 1 ? size.getRows() : 24;
            display.resize(Size.of(columns, rows));
            display.update(
                    lines.stream()
                            .limit(rows - 1L)
                            .map(line -> coloured ? line : new AttributedString(line.toString()))
                            .map(line -> line.columnSubSequence(0, columns - 1))
                            .toList(),
                    -1);
        }

        @Override
        public void close() {
            terminal.writer().println();
            terminal.flush();
            try {
                terminal.close();
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot give the terminal back", e);
            }
        }
    }
}
