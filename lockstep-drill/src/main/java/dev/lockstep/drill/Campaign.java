package dev.lockstep.drill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Drills of consecutive seeds, one after another, each with its report in one folder, and a summary.
 *
 * <p>What was done is kept in the folder: the same campaign, begun again, goes on where it stopped. A drill that cannot be
 * run to its end counts as UNKNOWN; the others go on. Not thread-safe.
 */
public final class Campaign {

    /**
     * What became of one seed.
     *
     * @param headline the result in one sentence, or why there is none
     * @param controls what the other clients met, in sentences; empty if there is no result
     * @param faults the sorts of faults that were done, in their order, with commas between them
     * @param command what runs the same drill again
     */
    public record Entry(
            long seed, Verdict.Kind verdict, String headline, String controls, String faults, String command) {}

    /** Runs one drill of a campaign. */
    interface Runner {
        DrillResult run(DrillSettings settings) throws InterruptedException;
    }

    /** One drill that is to be run. */
    interface Planned {
        long seed();

        /** What runs it again. */
        String command();

        /** Runs it and writes its report. */
        Entry run(Path report) throws InterruptedException;
    }

    private final List<? extends Planned> plan;
    private final Path folder;

    /**
     * A plan of drills.
     *
     * @param settings of the first one; the others differ in their seed only, which grows by one
     * @param count how many, from 1
     * @param folder for {@code seed-N.html}, {@code results.tsv} and {@code summary.txt}; made if it is missing
     * @param listener told of each drill
     */
    public Campaign(DrillSettings settings, int count, Path folder, DrillListener listener) {
        this(settings, count, folder, each -> new Drill(each).listener(listener).run());
    }

    Campaign(DrillSettings settings, int count, Path folder, Runner runner) {
        this(count, i -> new OfClients(settings.withSeed(settings.seed() + i), runner), folder);
        DrillSettings.require(!settings.isStory(), "the default drill has no other seeds; give a seed or a duration");
    }

    /** As {@link #Campaign(DrillSettings, int, Path, DrillListener)}, of drills of copies. */
    public Campaign(CopyDrillSettings settings, int count, Path folder, DrillListener listener) {
        this(count, i -> new OfCopies(settings.withSeed(settings.seed() + i), listener), folder);
    }

    private Campaign(int count, IntFunction<? extends Planned> plan, Path folder) {
        DrillSettings.require(count >= 1, "a campaign has at least one drill; got " + count);
        this.plan = IntStream.range(0, count).mapToObj(plan).toList();
        this.folder = folder;
    }

    private record OfClients(DrillSettings settings, Runner runner) implements Planned {
        @Override
        public long seed() {
            return settings.seed();
        }

        @Override
        public String command() {
            return settings.command();
        }

        @Override
        public Entry run(Path report) throws InterruptedException {
            DrillResult result = runner.run(settings);
            Report.write(result, report);
            String faults =
                    result.faults().stream().map(fault -> fault.kind().id()).collect(Collectors.joining(","));
            return new Entry(
                    seed(), result.verdict().kind(), Headline.of(result), Headline.controls(result), faults, command());
        }
    }

    private record OfCopies(CopyDrillSettings settings, DrillListener listener) implements Planned {
        @Override
        public long seed() {
            return settings.seed();
        }

        @Override
        public String command() {
            return settings.command();
        }

        @Override
        public Entry run(Path report) throws InterruptedException {
            CopyResult result = new CopyDrill(settings).listener(listener).run();
            CopyReport.write(result, report);
            return new Entry(seed(), result.verdict().kind(), result.headline(), "", result.faultsInShort(), command());
        }
    }

    /**
     * Runs those whose result is not in the folder yet.
     *
     * @return the results of all, in the order of seeds
     * @throws IllegalArgumentException if the folder has results of other settings
     * @throws InterruptedException if the thread is interrupted; what was done until then stands in the folder
     * @throws UncheckedIOException if the folder cannot be read or written
     */
    public List<Entry> run() throws InterruptedException {
        List<Entry> entries = new ArrayList<>();
        try {
            Files.createDirectories(folder);
            Results results = new Results(folder.resolve("results.tsv"));
            for (Planned each : plan) {
                Entry entry = results.of(each);
                if (entry == null) {
                    entry = one(each);
                    results.add(entry);
                }
                entries.add(entry);
                Files.writeString(folder.resolve("summary.txt"), summary(entries));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read or write in " + folder, e);
        }
        return entries;
    }

    private Entry one(Planned each) throws InterruptedException {
        try {
            return each.run(folder.resolve("seed-" + each.seed() + ".html"));
        } catch (RuntimeException e) {
            String why = String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
            return new Entry(each.seed(), Verdict.Kind.UNKNOWN, "The drill failed: " + why, "", "", each.command());
        }
    }

    /** How many of each verdict, then a line for each seed. */
    public static String summary(List<Entry> entries) {
        StringBuilder text = new StringBuilder();
        for (Verdict.Kind kind : Verdict.Kind.values()) {
            long of = entries.stream().filter(entry -> entry.verdict() == kind).count();
            text.append(of).append(' ').append(kind).append(kind == Verdict.Kind.UNKNOWN ? "\n" : ", ");
        }
        for (Entry entry : entries) {
            text.append(entry.verdict())
                    .append("  seed ")
                    .append(entry.seed())
                    .append("  ")
                    .append(entry.headline());
            if (entry.verdict() != Verdict.Kind.VALID) {
                text.append("  Again: ").append(entry.command());
            }
            text.append('\n');
        }
        return text.toString();
    }
}
