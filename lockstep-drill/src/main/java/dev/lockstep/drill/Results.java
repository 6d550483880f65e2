package dev.lockstep.drill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The results of a campaign in a file: a line for each drill, appended when it has ended. Not thread-safe. */
final class Results {
    private static final String HEAD = "seed\tverdict\tresult\tcontrols\tfaults\tagain\n";
    private static final int COLUMNS = 6;

    private final Path file;
    private final Map<Long, Campaign.Entry> known = new HashMap<>();

    /** Reads the file if there is one. What is not a whole line was being written when its writer died: that drill is run again. */
    Results(Path file) throws IOException {
        this.file = file;
        StringBuilder whole = new StringBuilder(HEAD);
        if (Files.exists(file)) {
            String text = Files.readString(file);
            text.substring(0, text.lastIndexOf('\n') + 1).lines().skip(1).forEach(line -> {
                String[] columns = line.split("\t", -1);
                if (columns.length != COLUMNS) {
                    throw new IllegalArgumentException(file + " has the line \"" + line + "\"; expected " + COLUMNS
                            + " columns. Remove the file, or name another folder with --out");
                }
                Campaign.Entry entry = new Campaign.Entry(
                        Long.parseLong(columns[0]),
                        Verdict.Kind.valueOf(columns[1]),
                        columns[2],
                        columns[3],
                        columns[4],
                        columns[5]);
                known.put(entry.seed(), entry);
                whole.append(line).append('\n');
            });
        }
        Files.writeString(file, whole);
    }

    /**
     * The result of this drill; null if there is none.
     *
     * @throws IllegalArgumentException if the seed was drilled with other settings
     */
    Campaign.@Nullable Entry of(Campaign.Planned drill) {
        Campaign.Entry entry = known.get(drill.seed());
        if (entry != null && !entry.command().equals(drill.command())) {
            throw new IllegalArgumentException(file + " has the result of other settings for seed " + drill.seed()
                    + ": " + entry.command() + ". Name another folder with --out");
        }
        return entry;
    }

    void add(Campaign.Entry entry) throws IOException {
        String line = String.join(
                "\t",
                String.valueOf(entry.seed()),
                entry.verdict().name(),
                entry.headline(),
                entry.controls(),
                entry.faults(),
                entry.command());
        Files.writeString(file, line + "\n", StandardOpenOption.APPEND);
    }
}
