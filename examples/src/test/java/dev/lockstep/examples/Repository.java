package dev.lockstep.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The files of this repository, for tests that read them. */
final class Repository {

    static final Path ROOT = root();
    private static final Set<String> NOT_OURS = Set.of("target", ".git", ".idea", ".lockstep", "node_modules");

    private Repository() {}

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("ARCHITECTURE.md"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException(
                        "No ARCHITECTURE.md above " + Path.of("").toAbsolutePath());
            }
        }
        return folder;
    }

    /** Every document. */
    static List<Path> documents() {
        return files(".md");
    }

    /** Every Java file of the main code. */
    static List<Path> mainSources() {
        return files(".java").stream()
                .filter(file -> file.toString().contains("/src/main/"))
                .toList();
    }

    static List<Path> sources() {
        return files(".java");
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(String file) {
        return read(ROOT.resolve(file));
    }

    static String name(Path file) {
        return ROOT.relativize(file).toString();
    }

    private static List<Path> files(String ending) {
        try (Stream<Path> all = Files.find(
                ROOT,
                20,
                (path, attributes) ->
                        attributes.isRegularFile() && path.toString().endsWith(ending))) {
            return all.filter(Repository::isOurs).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isOurs(Path file) {
        for (Path part : ROOT.relativize(file)) {
            if (NOT_OURS.contains(part.toString())) {
                return false;
            }
        }
        return true;
    }
}
