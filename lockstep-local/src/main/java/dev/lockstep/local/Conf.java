package dev.lockstep.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The configuration file of one server, and what of it a report may show. */
final class Conf {
    /** @param shown the value in a report; null when the server would do the same without the directive */
    private record Directive(
            String name, String value, @Nullable String shown) {}

    private final List<Directive> directives = new ArrayList<>();

    Conf add(String name, String value) {
        directives.add(new Directive(name, value, value));
        return this;
    }

    /** A directive whose value differs from one server to another, such as the port. */
    Conf place(String name, Object value) {
        return place(name, value, "(per server)");
    }

    Conf place(String name, Object value, String shown) {
        directives.add(new Directive(name, value.toString(), shown));
        return this;
    }

    Conf secret(String name, String value) {
        directives.add(new Directive(name, value, "***"));
        return this;
    }

    /** A directive that says what the server would do anyway, for the reader of the file. */
    Conf explain(String name, String value) {
        directives.add(new Directive(name, value, null));
        return this;
    }

    /** Lines that replace every directive of the same name. */
    Conf override(List<String> lines) {
        Set<String> names = Set.copyOf(lines.stream().map(Conf::nameOf).toList());
        directives.removeIf(d -> names.contains(d.name()));
        lines.forEach(line -> add(nameOf(line), line.substring(nameOf(line).length() + 1)));
        return this;
    }

    private static String nameOf(String line) {
        return line.substring(0, line.indexOf(' '));
    }

    /** Writes the file so that only its owner can read it, from its first byte on. */
    void write(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        List<String> lines =
                directives.stream().map(d -> d.name() + " " + d.value()).toList();
        Files.write(file, lines, StandardOpenOption.WRITE);
    }

    List<String> nonDefaults() {
        return directives.stream()
                .filter(d -> d.shown() != null)
                .map(d -> d.name() + " " + d.shown())
                .toList();
    }
}
