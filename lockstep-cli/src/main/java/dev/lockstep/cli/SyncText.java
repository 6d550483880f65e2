package dev.lockstep.cli;

import static org.jline.utils.AttributedStyle.DEFAULT;
import static org.jline.utils.AttributedStyle.GREEN;
import static org.jline.utils.AttributedStyle.YELLOW;

import dev.lockstep.cli.SyncFacts.ShardFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jline.utils.AttributedString;
import org.jspecify.annotations.Nullable;

/** What {@code sync} shows while it runs: a table on a terminal, elsewhere one line. Colour only repeats what a word says. */
final class SyncText {
    private static final long MILLIS = 1_000;
    private static final long MINUTE = 60;
    private static final long HOUR = 3_600;

    private SyncText() {}

    static List<AttributedString> lines(SyncFacts facts) {
        List<AttributedString> lines = new ArrayList<>();
        lines.add(new AttributedString(
                "from " + facts.from() + "  to " + facts.to() + "  for " + seconds(facts.elapsedMillis() / MILLIS)));
        lines.add(AttributedString.EMPTY);
        Table table = new Table("SHARD", "PHASE", ">SNAPSHOT", ">KEYS", ">RATE", ">LEFT", ">LAG", ">FOR", "PROBLEM");
        for (ShardFacts shard : facts.shards()) {
            table.row(
                    shard.shard(),
                    Table.styled(phase(shard), DEFAULT.foreground(shard.problem() != null ? YELLOW : GREEN)),
                    isCopying(shard) ? snapshot(shard) : "",
                    String.format(Locale.ROOT, "%,d", shard.keys()),
                    rate(shard),
                    shard.secondsLeft() == null ? "" : seconds(shard.secondsLeft()),
                    shard.lagBytes() == null ? "" : Sizes.text(shard.lagBytes()),
                    lagTime(shard.lagMillis()),
                    shard.problem() == null ? "" : shard.problem());
        }
        lines.addAll(table.lines());
        return lines;
    }

    static String line(SyncFacts facts) {
        return seconds(facts.elapsedMillis() / MILLIS) + "  "
                + facts.shards().stream().map(SyncText::text).collect(Collectors.joining("; "));
    }

    private static String text(ShardFacts shard) {
        String what = isCopying(shard)
                ? snapshot(shard) + ", " + String.format(Locale.ROOT, "%,d", shard.keys()) + " keys"
                        + (shard.keysPerSecond() == null
                                ? ""
                                : ", " + rate(shard)
                                        + String.format(Locale.ROOT, ", %,d keys/s", shard.keysPerSecond()))
                        + (shard.secondsLeft() == null ? "" : ", " + seconds(shard.secondsLeft()) + " left")
                : shard.lagBytes() == null
                        ? ""
                        : "lag " + Sizes.text(shard.lagBytes()) + ", " + lagTime(shard.lagMillis())
                                + (shard.bytesPerSecond() == null ? "" : ", " + rate(shard));
        return shard.shard() + ": " + phase(shard) + (what.isEmpty() ? "" : ", " + what)
                + (shard.problem() == null ? "" : " (" + shard.problem() + ")");
    }

    private static boolean isCopying(ShardFacts shard) {
        return shard.phase().equals("FULL_COPY");
    }

    private static String phase(ShardFacts shard) {
        return switch (shard.phase()) {
            case "FULL_COPY" -> "full copy";
            case "CATCH_UP" -> "catching up";
            default -> shard.phase().toLowerCase(Locale.ROOT);
        };
    }

    private static String snapshot(ShardFacts shard) {
        Long total = shard.snapshotTotalBytes();
        if (total == null) {
            return Sizes.text(shard.snapshotBytes());
        }
        long percent = total == 0 ? 100 : 100 * shard.snapshotBytes() / total;
        return Sizes.text(shard.snapshotBytes()) + " of " + Sizes.text(total) + " (" + percent + "%)";
    }

    private static String rate(ShardFacts shard) {
        return shard.bytesPerSecond() == null ? "" : Sizes.text(shard.bytesPerSecond()) + "/s";
    }

    private static String lagTime(@Nullable Long millis) {
        return millis == null ? "" : String.format(Locale.ROOT, "%.1f s", (double) millis / MILLIS);
    }

    private static String seconds(long seconds) {
        if (seconds < MINUTE) {
            return seconds + " s";
        }
        return seconds < HOUR
                ? String.format(Locale.ROOT, "%d:%02d min", seconds / MINUTE, seconds % MINUTE)
                : String.format(Locale.ROOT, "%d:%02d h", seconds / HOUR, seconds % HOUR / MINUTE);
    }
}
