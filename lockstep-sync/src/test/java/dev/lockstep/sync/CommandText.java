package dev.lockstep.sync;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Commands and effects as the tests' tables write them. */
final class CommandText {

    private CommandText() {}

    static Words words(String text) {
        return Words.of(text.split(" ", -1));
    }

    static String text(Words words) {
        return IntStream.range(0, words.count()).mapToObj(words::text).collect(Collectors.joining(" "));
    }

    /** The words at some places. */
    static String at(Words words, int... places) {
        return Arrays.stream(places).mapToObj(words::text).collect(Collectors.joining(" "));
    }

    static String text(Effect effect) {
        if (effect instanceof Effect.OneSlot one) {
            return text(one.command().words());
        } else if (effect instanceof Effect.Split split) {
            return split.commands().stream()
                    .map(part -> text(part.words()))
                    .sorted()
                    .collect(Collectors.joining(" | "));
        } else if (effect instanceof Effect.Import imported) {
            return "import: " + text(imported.command().words());
        } else if (effect instanceof Effect.Relocation relocation) {
            return (relocation.keepsSource() ? "copy " : "move ")
                    + at(relocation.from().words(), relocation.from().place())
                    + " to " + at(relocation.to().words(), relocation.to().place());
        } else if (effect instanceof Effect.Transfer transfer) {
            return text(transfer.peek()) + " | " + text(transfer.put(new byte[] {'?'})) + " | " + text(transfer.take());
        } else if (effect instanceof Effect.Computation computation) {
            return "make " + at(computation.words(), computation.destination()) + " of copies of "
                    + at(
                            computation.words(),
                            computation.strangers().stream()
                                    .mapToInt(place -> place)
                                    .toArray());
        } else if (effect instanceof Effect.ToDatabase move) {
            return "to database " + move.database() + ": " + text(move.command().words());
        } else if (effect instanceof Effect.Functions functions) {
            return "functions: " + text(functions.words()) + (functions.mayFail() ? " (may fail)" : "");
        } else if (effect instanceof Effect.Flush flush) {
            return flush.allDatabases() ? "flush all" : "flush database";
        } else if (effect instanceof Effect.FlushSlots flush) {
            return "flush "
                    + flush.slots().stream()
                            .map(range -> range.first() + "-" + range.last())
                            .collect(Collectors.joining(" "));
        } else if (effect instanceof Effect.SwapDatabases swap) {
            return "swap " + swap.one() + " " + swap.other();
        } else if (effect instanceof Effect.Select select) {
            return "select " + select.database();
        } else if (effect instanceof Effect.Refused refused) {
            return "refused: " + refused.reason();
        }
        return effect.getClass().getSimpleName();
    }
}
