package dev.lockstep.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Option;

/** The options that say which keys are meant; all if none is given. */
final class KeyChoice {

    @Option(
            names = {"--include", "--match"},
            paramLabel = "PATTERN",
            description = "Only keys of this pattern, such as 'user:*'; may be given several times.",
            order = 3)
    private List<String> include = new ArrayList<>();

    @Option(
            names = "--exclude",
            paramLabel = "PATTERN",
            description = "No keys of this pattern; may be given several times.",
            order = 4)
    private List<String> exclude = new ArrayList<>();

    @Option(
            names = "--databases",
            paramLabel = "LIST",
            split = ",",
            description = "Numbers with commas between them; if not given, all that have keys.",
            order = 5)
    private Set<Integer> databases = new TreeSet<>();

    String[] include() {
        return include.toArray(String[]::new);
    }

    String[] exclude() {
        return exclude.toArray(String[]::new);
    }

    Set<Integer> databases() {
        return databases;
    }
}
