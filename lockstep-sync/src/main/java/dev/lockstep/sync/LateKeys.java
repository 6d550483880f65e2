package dev.lockstep.sync;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The keys on which units build that are read while a copy that has been live is behind: whether the target still has them.
 * Confined to one thread.
 */
final class LateKeys {
    /* While a copy is behind, times of expiry are written with grace. But what was written before has its true time, and may
     * have gone meanwhile, or go any moment, though the source has renewed it. So of each key, when it is first met, the
     * target is asked. One that is there gets grace. One that is not there may never have been, and be made by this very
     * command; or it has expired here, and is made anew by a command that adds to it at the source. If the source has not
     * renewed it, it expires there too, and the source says so. So nothing is wrong with it before it is renewed, or before
     * another key is made of it: then it is in doubt. What a command replaces as a whole is as good as at the source.
     *
     * All this happens before the units are applied, so that a crash finds the doubts written. */

    /** Beyond that, true times are put in place by a walk over all keys. */
    private static final int MOST_GRACED = 100_000;

    private static final byte[] PEXPIRETIME = "PEXPIRETIME".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PEXPIREAT = "PEXPIREAT".getBytes(StandardCharsets.US_ASCII);

    private final Outlets outlets;
    private final Doubts doubts;
    private final Duration patience;
    private final Selection selection;
    private final KeyHashes known;
    private final KeyHashes missing;
    private final Set<Integer> flushed = new HashSet<>();
    private boolean allFlushed;
    private @Nullable Set<DatabaseKey> graced;

    /** @param onlyTheseHaveGrace whether no key has grace when it begins */
    LateKeys(Outlets outlets, Doubts doubts, CopyTask task, boolean onlyTheseHaveGrace) {
        this.outlets = outlets;
        this.doubts = doubts;
        this.patience = task.patience();
        this.selection = task.selection();
        this.known = task.noneMet();
        this.missing = task.noneMet();
        this.graced = onlyTheseHaveGrace ? new LinkedHashSet<>() : null;
    }

    /**
     * Looks at units that are about to be taken, before any of them is.
     *
     * @param gracing whether keys that are there get grace: not while true times are put in place
     */
    void look(List<Unit> units, boolean gracing) throws Setback, InterruptedException {
        ask(units, gracing);
        for (Unit unit : units) {
            for (int i = 0; i < unit.count(); i++) {
                Words words = chosen(unit, i);
                ReplicatedCommand command = words == null ? null : ReplicatedCommand.of(words);
                if (words != null && command != null && command.sentInstead() == null) {
                    follow(command, words, unit.database(i));
                }
            }
        }
    }

    /** Asks for keys that are first met. Those that only come to be by these units are asked for too. */
    private void ask(List<Unit> units, boolean gracing) throws Setback, InterruptedException {
        Map<DatabaseKey, Replies> asked = new LinkedHashMap<>();
        Set<DatabaseKey> replacedHere = new HashSet<>();
        for (Unit unit : units) {
            for (int i = 0; i < unit.count(); i++) {
                Words words = chosen(unit, i);
                if (words == null) {
                    continue;
                }
                ReplicatedCommand command = ReplicatedCommand.of(words);
                int[] places = places(command, words);
                Set<Integer> replaced = command == null ? Set.of() : replaced(command, words, places);
                for (int place : places) {
                    DatabaseKey key = new DatabaseKey(unit.database(i), words.view(place));
                    if (!selection.copies(key)) {
                        continue;
                    }
                    if (replaced.contains(place)) {
                        replacedHere.add(key);
                    } else if (!isKnown(key) && !replacedHere.contains(key) && !asked.containsKey(key)) {
                        int slot = outlets.isSharded() ? words.slot(place) : 0;
                        asked.put(
                                DatabaseKey.of(key.database(), words.bytes(place)),
                                new Replies(outlets.of(slot), patience));
                    }
                }
            }
        }
        List<CompletableFuture<Reply>> times = call(asked, key -> Words.of(PEXPIRETIME, key.bytes()));
        Map<DatabaseKey, Replies> there = new LinkedHashMap<>();
        List<Long> later = new ArrayList<>();
        int at = 0;
        for (Map.Entry<DatabaseKey, Replies> each : asked.entrySet()) {
            long time = count(each.getValue().answer(times.get(at++), Words.of(PEXPIRETIME)));
            if (gracing && time >= 0 && !Expiries.isGraced(time)) {
                there.put(each.getKey(), each.getValue());
                later.add(Expiries.graced(time));
            }
            note(each.getKey(), time != -2);
        }
        int[] next = {0};
        List<CompletableFuture<Reply>> set = call(
                there,
                key -> Words.of(
                        PEXPIREAT,
                        key.bytes(),
                        Long.toString(later.get(next[0]++)).getBytes(StandardCharsets.US_ASCII)));
        at = 0;
        for (Map.Entry<DatabaseKey, Replies> each : there.entrySet()) {
            grace(each.getKey());
            if (count(each.getValue().answer(set.get(at++), Words.of(PEXPIREAT))) == 0) {
                note(each.getKey(), false); // it has gone in between
            }
        }
    }

    private interface Question {
        Words about(DatabaseKey key);
    }

    private List<CompletableFuture<Reply>> call(Map<DatabaseKey, Replies> keys, Question question) {
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        int database = 0;
        Replies last = null;
        for (Map.Entry<DatabaseKey, Replies> each : keys.entrySet()) {
            last = each.getValue();
            if (each.getKey().database() != database) {
                database = each.getKey().database();
                last.send(Words.of("SELECT", Integer.toString(database)));
            }
            replies.add(last.send(question.about(each.getKey())));
        }
        if (database != 0 && last != null) {
            last.send(Words.of("SELECT", "0")); // there are several databases on a single node only
        }
        return replies;
    }

    private static long count(Reply reply) {
        return reply instanceof Reply.Count number ? number.value() : -2;
    }

    private void note(DatabaseKey key, boolean there) {
        (there ? known : missing).add(key.database(), key.name().duplicate());
    }

    private boolean isKnown(DatabaseKey key) {
        return allFlushed
                || flushed.contains(key.database())
                || known.contains(key.database(), key.name().duplicate())
                || missing.contains(key.database(), key.name().duplicate());
    }

    private boolean isMissing(int database, ByteBuffer name) {
        return !allFlushed
                && !flushed.contains(database)
                && missing.contains(database, name.duplicate())
                && !known.contains(database, name.duplicate());
    }

    /** What a command means for what is known, in the order in which they are carried out. */
    private void follow(ReplicatedCommand command, Words words, int database) {
        switch (command) {
            case FLUSHALL -> allFlushed = true;
            case FLUSHDB -> flushed.add(database);
            case SWAPDB ->
                throw new Divergence("databases changed places at the source while the copy was behind, and what has"
                        + " expired in them cannot be told");
            default -> onKeys(command, words, database);
        }
    }

    private void onKeys(ReplicatedCommand command, Words words, int database) {
        int[] keys = places(command, words);
        boolean renews = setsTime(command, words) || command == ReplicatedCommand.PERSIST;
        boolean moves = command.span() == Span.RELOCATED
                || command.span() == Span.DUPLICATED
                || command == ReplicatedCommand.MOVE;
        boolean reads = moves || command.span() == Span.COMPUTED || command.span() == Span.TRANSFERRED;
        Set<Integer> replaced = replaced(command, words, keys);
        int other = EffectDecision.otherDatabase(command, words);
        for (int i = 0; i < keys.length; i++) {
            int place = keys[i];
            boolean gives = reads && (i == 0 || command.span() == Span.COMPUTED);
            if (replaced.contains(place)) {
                known.add(database, words.view(place));
            } else if ((renews || gives) && isMissing(database, words.view(place))) {
                doubts.add(DatabaseKey.of(database, words.bytes(place)));
                doubts.follow(database, words);
            }
            if (renews || moves) {
                grace(DatabaseKey.of(database, words.bytes(place)));
                if (other >= 0) {
                    grace(DatabaseKey.of(other, words.bytes(place)));
                }
            }
        }
    }

    /** Places of keys of which nothing is left that was there before. */
    private static Set<Integer> replaced(ReplicatedCommand command, Words words, int[] keys) {
        Set<Integer> places = new HashSet<>();
        switch (command) {
            case SET, MSETEX -> {
                if (!has(words, "KEEPTTL")) {
                    addAll(places, keys);
                }
            }
            case SETEX,
                    PSETEX,
                    SETNX,
                    GETSET,
                    MSET,
                    MSETNX,
                    DEL,
                    UNLINK,
                    GETDEL,
                    DELEX,
                    DELIFEQ,
                    RESTORE,
                    RESTORE_ASKING -> addAll(places, keys);
            case RENAME, RENAMENX, COPY -> {
                if (EffectDecision.otherDatabase(command, words) < 0) {
                    places.add(keys[1]);
                }
            }
            case PFMERGE -> {
                // it adds to what is there
            }
            default -> {
                if (command.span() == Span.COMPUTED && keys.length > 1) {
                    int destination = command.keys().destination(keys);
                    places.add(destination);
                    for (int place : keys) {
                        if (place != destination && words.view(place).equals(words.view(destination))) {
                            places.remove(destination);
                        }
                    }
                }
            }
        }
        return places;
    }

    private static void addAll(Set<Integer> places, int[] keys) {
        for (int key : keys) {
            places.add(key);
        }
    }

    private static boolean setsTime(ReplicatedCommand command, Words words) {
        return switch (command) {
            case EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT, SETEX, PSETEX, GETEX, RESTORE, RESTORE_ASKING, MSETEX -> true;
            case SET -> words.count() > 3;
            default -> false;
        };
    }

    private static boolean has(Words words, String option) {
        for (int i = 3; i < words.count(); i++) {
            if (words.is(i, option)) {
                return true;
            }
        }
        return false;
    }

    /** The places of a command's keys; none if its words do not add up, which stops the copy later on. */
    private static int[] places(@Nullable ReplicatedCommand command, Words words) {
        return command == null || command.sentInstead() != null
                ? new int[0]
                : command.keys().ifAny(words);
    }

    /** What is left of a command where only some keys are copied; null for nothing. */
    private @Nullable Words chosen(Unit unit, int command) {
        return SelectionDecision.of(unit.command(command), unit.database(command), selection)
                .words();
    }

    private void grace(DatabaseKey key) {
        if (!selection.copies(key)) {
            return;
        }
        Set<DatabaseKey> some = graced;
        if (some != null && some.add(key) && some.size() > MOST_GRACED) {
            graced = null;
        }
    }

    /** The keys that may have grace; null if those may be any. */
    @Nullable
    Set<DatabaseKey> graced() {
        return graced;
    }
}
