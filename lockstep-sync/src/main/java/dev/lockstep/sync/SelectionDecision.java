package dev.lockstep.sync;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The decision what is left of a command where only some keys are copied. A pure function. */
final class SelectionDecision {
    /* A key that is left out has no value here. So what a command does to it is left away; what it makes of it cannot be had,
     * unless the command itself says so. Then the copy stops in front of it, since whatever it did would be a guess. */

    /**
     * What is left.
     *
     * @param words null if nothing is
     * @param mayFindIt whether what it adds may be there already, since it stands for a command of which that was true
     * @param refusal why it cannot be carried out, for people; null if it can
     */
    record Left(
            @Nullable Words words,
            boolean mayFindIt,
            @Nullable String refusal) {

        private static Left of(Words words) {
            return new Left(words, false, null);
        }
    }

    private static final Left NOTHING = new Left(null, false, null);

    private SelectionDecision() {}

    /**
     * Decides on one command. What is not known, or makes no sense, is left as it is if it names no key: {@link
     * EffectDecision} refuses that.
     *
     * @param database in which it stands
     */
    static Left of(Words words, int database, Selection selection) {
        ReplicatedCommand command = ReplicatedCommand.of(words);
        if (command == null && !selection.hasDatabase(database)) {
            return NOTHING;
        }
        if (selection.isAll() || command == null || command.sentInstead() != null) {
            return Left.of(words);
        }
        try {
            return of(command, words, database, selection);
        } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
            return new Left(
                    null,
                    false,
                    command.words() + " with " + words.count() + " words is not as it is known, so"
                            + " nobody can tell which of its keys are copied. Is the source newer than this program?");
        }
    }

    private static Left of(ReplicatedCommand command, Words words, int database, Selection selection) {
        if (command == ReplicatedCommand.SWAPDB) {
            return swap(words, selection);
        }
        int[] keys = command.keys().of(words);
        if (keys.length == 0) {
            return Left.of(words); // of whole databases the walk through the target takes only what is selected
        }
        IntPredicate taken = key -> selection.takes(database, words, key);
        return switch (command.span()) {
            case ONE_SLOT ->
                command == ReplicatedCommand.MOVE
                        ? move(words, database, selection)
                        : together(command, words, keys, taken);
            case INDEPENDENT -> some(command, words, keys, taken);
            case RELOCATED -> {
                Left gone = Left.of(removal(words, keys[0]));
                yield between(command, words, taken.test(keys[0]), taken.test(keys[1]), gone, null);
            }
            case DUPLICATED -> {
                boolean arrives = selection.takes(otherDatabase(words, database), words, keys[1]);
                yield between(command, words, taken.test(keys[0]), arrives, NOTHING, null);
            }
            case TRANSFERRED -> transfer(command, words, taken.test(keys[0]), taken.test(keys[1]));
            case COMPUTED -> computed(command, words, keys, taken, selection);
        };
    }

    /** What goes from one key to another, each of which may be left out. */
    private static Left between(
            ReplicatedCommand command, Words words, boolean from, boolean to, Left leaves, @Nullable Left arrives) {
        if (from == to) {
            return from ? Left.of(words) : NOTHING;
        }
        return from ? leaves : arrives != null ? arrives : unknown(command, words);
    }

    private static Left transfer(ReplicatedCommand command, Words words, boolean from, boolean to) {
        Effect.Transfer transfer = new Effect.Transfer(words, 0, 0);
        byte[] element = transfer.element();
        return between(
                command,
                words,
                from,
                to,
                Left.of(transfer.take()),
                element == null ? null : new Left(transfer.put(element), true, null));
    }

    private static Left move(Words words, int database, Selection selection) {
        Left gone = Left.of(removal(words, 1));
        boolean arrives = selection.takes(Math.toIntExact(words.number(2)), words, 1);
        return between(ReplicatedCommand.MOVE, words, selection.takes(database, words, 1), arrives, gone, null);
    }

    private static Words removal(Words words, int key) {
        return Words.of("DEL".getBytes(StandardCharsets.US_ASCII), words.bytes(key));
    }

    private static int otherDatabase(Words copy, int database) {
        for (int i = 3; i < copy.count(); i++) {
            if (copy.is(i, "DB")) {
                return Math.toIntExact(copy.number(i + 1));
            }
        }
        return database;
    }

    private static Left together(ReplicatedCommand command, Words words, int[] keys, IntPredicate taken) {
        List<Integer> chosen = chosen(keys, taken);
        if (chosen.isEmpty()) {
            return NOTHING;
        }
        return chosen.size() == keys.length ? Left.of(words) : unknown(command, words);
    }

    private static Left some(ReplicatedCommand command, Words words, int[] keys, IntPredicate taken) {
        List<Integer> chosen = chosen(keys, taken);
        if (chosen.isEmpty()) {
            return NOTHING;
        }
        return Left.of(chosen.size() == keys.length ? words : Portion.of(command, words, keys, chosen));
    }

    private static List<Integer> chosen(int[] keys, IntPredicate taken) {
        List<Integer> chosen = new ArrayList<>();
        for (int key : keys) {
            if (taken.test(key)) {
                chosen.add(key);
            }
        }
        return chosen;
    }

    private static Left computed(
            ReplicatedCommand command, Words words, int[] keys, IntPredicate taken, Selection selection) {
        if (!taken.test(command.keys().destination(keys))) {
            return NOTHING;
        }
        boolean elsewhere =
                command == ReplicatedCommand.SORT && !selection.keys().isAll() && EffectDecision.looksElsewhere(words);
        return elsewhere || chosen(keys, taken).size() < keys.length ? unknown(command, words) : Left.of(words);
    }

    private static Left unknown(ReplicatedCommand command, Words words) {
        int[] written = command.written(words);
        byte[] key = words.bytes(written[written.length - 1]);
        return new Left(
                null,
                false,
                command.words() + " makes the key '" + KeyText.of(key, 0, key.length)
                        + "', which is copied, of what is not copied and so not known here. Copy what belongs together, or nothing"
                        + " of it");
    }

    private static Left swap(Words words, Selection selection) {
        int one = Math.toIntExact(words.number(1));
        int other = Math.toIntExact(words.number(2));
        boolean whole = selection.keys().isAll();
        if (!selection.hasDatabase(one) && !selection.hasDatabase(other)) {
            return NOTHING;
        }
        if (one == other || (whole && selection.hasDatabase(one) && selection.hasDatabase(other))) {
            return Left.of(words);
        }
        return new Left(
                null,
                false,
                "SWAPDB exchanges the databases " + one + " and " + other + ", of which not all keys"
                        + " are copied. Copy both of them whole, or none");
    }
}
