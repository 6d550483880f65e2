package dev.lockstep.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks of a benchmark.
 *
 * @param numbers the value of each option
 * @param out the folder for its files; null for none
 * @param command what repeats it
 */
record Options(Map<String, Integer> numbers, @Nullable Path out, String command) {

    private static final String OUT = "--out";

    /**
     * The options of one benchmark.
     *
     * @param option each that takes a number, and what it means for people
     * @param usual its value when it is not given
     * @param least its lowest value
     */
    record Known(String option, String meaning, int usual, int least) {}

    /** Those that every benchmark has. */
    static List<Known> rounds(int rounds, int millis, int warmups) {
        return List.of(
                new Known("--rounds", "counted rounds per load and client", rounds, 1),
                new Known("--millis", "how long a round takes, in milliseconds", millis, 1),
                new Known("--warmups", "rounds before, not counted", warmups, 0));
    }

    /** Reads the command line of {@code benchmark}; says what is wrong with it, and ends the process with 2, if it must. */
    static Options parse(Class<?> benchmark, List<Known> known, String... arguments) {
        try {
            return read(benchmark, known, arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            throw e;
        }
    }

    /** @throws IllegalArgumentException says what is wrong, and what is right */
    static Options read(Class<?> benchmark, List<Known> known, String... arguments) {
        String start = "java -cp lockstep-bench/target/lockstep-bench.jar " + benchmark.getName();
        Map<String, Known> byName = new LinkedHashMap<>();
        Map<String, Integer> numbers = new LinkedHashMap<>();
        for (Known each : known) {
            byName.put(each.option(), each);
            numbers.put(each.option(), each.usual());
        }
        Path out = null;
        for (int i = 0; i < arguments.length; i += 2) {
            String value = i + 1 < arguments.length ? arguments[i + 1] : "nothing";
            Known its = byName.get(arguments[i]);
            if (arguments[i].equals(OUT) && i + 1 < arguments.length) {
                out = Path.of(value);
            } else if (its == null) {
                throw new IllegalArgumentException(
                        "Unknown option " + arguments[i] + " " + value + "\n" + usage(start, known));
            } else {
                numbers.put(its.option(), number(its, value, usage(start, known)));
            }
        }
        String command = arguments.length == 0 ? start : start + " " + String.join(" ", arguments);
        return new Options(numbers, out, command);
    }

    private static int number(Known option, String text, String usage) {
        if (!text.matches("0|[1-9][0-9]{0,6}") || Integer.parseInt(text) < option.least()) {
            throw new IllegalArgumentException(
                    option.option() + " expects a number from " + option.least() + ", got " + text + "\n" + usage);
        }
        return Integer.parseInt(text);
    }

    private static String usage(String start, List<Known> known) {
        List<String> lines = new ArrayList<>(List.of("Usage: " + start + " [OPTION VALUE]..."));
        for (Known each : known) {
            lines.add("  %-12s %s (%d)".formatted(each.option() + " N", each.meaning(), each.usual()));
        }
        lines.add("  %-12s %s".formatted(OUT + " DIR", "writes the rounds as JSON and a drawing there"));
        return String.join("\n", lines);
    }

    /** How many rounds, and how long, for people. */
    String rounds() {
        return number("--rounds") + " rounds"
                + (numbers.containsKey("--millis") ? " of " + number("--millis") + " ms each" : "");
    }

    int number(String option) {
        Integer number = numbers.get(option);
        if (number == null) {
            throw new IllegalArgumentException("There is no option " + option);
        }
        return number;
    }
}
