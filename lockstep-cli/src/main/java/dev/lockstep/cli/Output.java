package dev.lockstep.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import org.jline.utils.AttributedString;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/** Where a command prints: data to stdout, what only a person wants to know meanwhile to stderr. */
final class Output {
    private final PrintWriter out;
    private final PrintWriter err;
    private final Color color;

    Output(PrintWriter out, PrintWriter err, Color color) {
        this.out = out;
        this.err = err;
        this.color = color;
    }

    /** Whether stdout (1) or stderr (2) is a terminal. A JVM cannot find out; the launcher did, and without it: no. */
    static boolean isTerminal(int descriptor) {
        return Arrays.asList(System.getProperty("lockstep.terminals", "").split(",", -1))
                .contains(String.valueOf(descriptor));
    }

    /** Text that ends its own lines. */
    void text(String text) {
        out.print(text);
        out.flush();
    }

    void line(String line) {
        out.println(line);
    }

    /** Coloured where that is wanted. */
    void lines(List<AttributedString> lines) {
        boolean coloured = color.on(isTerminal(1));
        lines.forEach(line -> out.println(coloured ? line.toAnsi() : line.toString()));
    }

    Color color() {
        return color;
    }

    /** One object on one line. */
    void json(Object value) {
        out.println(Json.MAPPER.writeValueAsString(value));
    }

    void progress(String line) {
        err.println(line);
    }

    PrintWriter err() {
        return err;
    }

    /** Loaded by the first command that wants JSON: the others start without it. */
    private static final class Json {
        static final JsonMapper MAPPER = JsonMapper.builder()
                .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .build();
    }
}
