package dev.lockstep.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a benchmark has measured: tables while it runs, and when it has ended a JSON file with every round, and a drawing, if a
 * folder was named.
 */
final class Evidence {

    private final String name;
    private final String setting;
    private final Options options;
    private final PrintStream out;
    private final List<Sheet> sheets = new ArrayList<>();

    /**
     * @param name of its files
     * @param setting what was measured, on what
     */
    Evidence(String name, String setting, Options options, PrintStream out) {
        this.name = name;
        this.setting = setting + "; Java " + Runtime.version().feature() + ", "
                + Runtime.getRuntime().availableProcessors() + " processors; "
                + options.rounds();
        this.options = options;
        this.out = out;
        out.println(this.setting);
    }

    /** Has contenders, ours first, take turns under one load, as often as the options say, and tells what each did. */
    <C> void compare(
            String load, List<Sheet.Column> columns, List<C> contenders, Function<C, String> name, Turns.Play<C> play)
            throws InterruptedException {
        Map<String, List<double[]>> rounds = new LinkedHashMap<>();
        Turns.take(contenders, options.number("--warmups"), options.number("--rounds"), play)
                .forEach((contender, its) -> rounds.put(name.apply(contender), its));
        add(new Sheet(load, columns, rounds));
    }

    /** Tells what was measured, and remembers it. */
    void add(Sheet sheet) {
        sheets.add(sheet);
        out.println();
        out.print(sheet.markdown());
    }

    List<Sheet> sheets() {
        return sheets;
    }

    /** Writes {@code NAME.json} and {@code NAME.svg}, over those that are there. */
    void write() throws IOException {
        Path folder = options.out();
        if (folder == null) {
            return;
        }
        Files.createDirectories(folder);
        Path json = folder.resolve(name + ".json");
        Path svg = folder.resolve(name + ".svg");
        Files.writeString(
                json,
                JsonMapper.builder()
                                .enable(SerializationFeature.INDENT_OUTPUT)
                                .build()
                                .writeValueAsString(json())
                        + "\n");
        Files.writeString(svg, new BarPicture(setting, sheets).toString());
        out.println("\nWritten to " + json + " and " + svg);
    }

    private Map<String, Object> json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("command", options.command());
        all.put("setting", setting);
        all.put("loads", sheets.stream().map(Evidence::json).toList());
        return all;
    }

    private static Map<String, Object> json(Sheet sheet) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("load", sheet.load());
        one.put("figures", sheet.columns().stream().map(Sheet.Column::name).toList());
        one.put(
                "contenders",
                sheet.rounds().entrySet().stream()
                        .map(contender -> json(contender.getKey(), contender.getValue()))
                        .toList());
        return one;
    }

    private static Map<String, Object> json(String contender, List<double[]> rounds) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("name", contender);
        one.put(
                "rounds",
                rounds.stream()
                        .map(round -> Arrays.stream(round)
                                .map(figure -> Math.round(figure * 100) / 100.0)
                                .toArray())
                        .toList());
        return one;
    }
}
