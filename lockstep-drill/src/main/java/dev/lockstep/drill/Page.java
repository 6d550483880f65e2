package dev.lockstep.drill;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The page of a report, put together part by part: one HTML file that needs no network. */
final class Page {

    private final Map<String, String> parts = new LinkedHashMap<>();

    Page(Verdict verdict, String headline) {
        text("title", verdict.kind() + ": " + headline);
        text("verdict", verdict.kind().name());
        text("headline", headline);
        text("footer", "Written by lockstep drill. This page is one file and asks nothing of any network.");
    }

    /** What stands in the template under this name, in double braces. */
    Page text(String name, String text) {
        return markup(name, Svg.escaped(text));
    }

    /** The same, already escaped. */
    Page markup(String name, String part) {
        parts.put(name, part);
        return this;
    }

    /** The whole page. */
    String html() {
        String page = resource("report.html").replace("{{style}}", resource("report.css"));
        for (Map.Entry<String, String> part : parts.entrySet()) {
            page = page.replace("{{" + part.getKey() + "}}", part.getValue());
        }
        return page;
    }

    /**
     * Writes a page, replacing an older file.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    static void write(String html, Path file) {
        try {
            Files.writeString(file, html);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the report to " + file, e);
        }
    }

    /** What a colour of the picture means. */
    static void colour(Svg legend, String fill, String text) {
        legend.add("<span><i style=\"background:" + fill + "\"></i>%s</span>", text);
    }

    /** What comes with the program. */
    static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(Page.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
