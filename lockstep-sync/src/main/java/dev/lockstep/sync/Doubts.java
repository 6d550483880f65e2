package dev.lockstep.sync;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of one source shard that the target may hold otherwise than the source does, until they have been copied again.
 * Confined to one thread, but for {@link #told}.
 */
final class Doubts {
    /* A target, a primary that lets keys expire by its own clock, may have let one go that the source has renewed. Then what
     * was made of it at the source is not what is made of it here, and the answers say so sooner or later. From then on the
     * key is in doubt. The stream goes on, for all keys and for this one, whatever becomes of it: what is made out of a key in
     * doubt is in doubt too, so that what is not is as exact as ever. In the end each of them is read at the source, with the
     * offset at which it is that, and put in place when the stream has come as far: see Mending.
     *
     * They are remembered in the target before the place is remembered from where the stream would be read again. Units that
     * are read once more, and that a slot holds already, spread doubts as they did the first time. */

    /** Beyond that a whole new copy is cheaper, and the memory is wanted for other things. */
    static final int MOST = 200_000;

    private static final Set<ReplicatedCommand> RENEWALS = Set.of(
            ReplicatedCommand.PEXPIREAT,
            ReplicatedCommand.PERSIST,
            ReplicatedCommand.HPEXPIREAT,
            ReplicatedCommand.HPERSIST);
    private static final int MOST_LOGGED = 10;
    private static final Logger LOG = LoggerFactory.getLogger(Doubts.class);

    private final Set<DatabaseKey> keys = new LinkedHashSet<>();
    private final List<DatabaseKey> unwritten = new ArrayList<>();
    private final Queue<DatabaseKey> told = new ConcurrentLinkedQueue<>();
    private final Selection selection;
    private boolean renewalsMayHaveFailed;
    private int logged;

    /** @param selection what is copied: nothing else is in doubt */
    Doubts(Selection selection) {
        this.selection = selection;
    }

    /** A command had another effect than at the source. By any thread. */
    void told(Applied command, String why) {
        List<DatabaseKey> its = keysOf(command.database(), command.words());
        told.addAll(its);
        if (logged++ < MOST_LOGGED && !its.isEmpty()) {
            LOG.info("{}: {}; the {} is copied again", command.words().name(), why, its.get(0));
        }
    }

    /** Takes what was told. */
    void take() {
        for (DatabaseKey key = told.poll(); key != null; key = told.poll()) {
            add(key);
        }
    }

    /** @throws Divergence if there are too many */
    void add(DatabaseKey key) {
        if (selection.copies(key) && keys.add(key)) {
            unwritten.add(key);
            if (keys.size() > MOST) {
                throw new Divergence("more than " + MOST + " keys may have expired that the source has renewed");
            }
        }
    }

    /**
     * A command whose answer may not have been heard, since the slot held it before this life. What a renewal has found nobody
     * knows.
     */
    void replayed(int database, Words words) {
        ReplicatedCommand command = ReplicatedCommand.of(words);
        if (command != null && renewalsMayHaveFailed && RENEWALS.contains(command)) {
            suspect(database, words);
        } else {
            follow(database, words);
        }
    }

    /** All keys of a command, whatever it does with them. */
    void suspect(int database, Words words) {
        keysOf(database, words).forEach(this::add);
    }

    /** If a command has to do with a key in doubt, what it changes is in doubt too. */
    boolean follow(int database, Words words) {
        ReplicatedCommand command = ReplicatedCommand.of(words);
        if (keys.isEmpty() || command == null) {
            return false;
        }
        if (command == ReplicatedCommand.SWAPDB) {
            swap((int) words.number(1), (int) words.number(2));
            return false;
        }
        // SORT may read keys that it does not name.
        boolean doubtful = command == ReplicatedCommand.SORT;
        int other = EffectDecision.otherDatabase(command, words);
        for (int place : command.keys().of(words)) {
            doubtful |= contains(database, words, place) || (other >= 0 && contains(other, words, place));
        }
        if (doubtful) {
            for (int place : command.written(words)) {
                addWritten(database, words, place);
                if (other >= 0) {
                    addWritten(other, words, place);
                }
            }
        }
        return doubtful;
    }

    private void addWritten(int database, Words words, int place) {
        if (!contains(database, words, place)) {
            add(DatabaseKey.of(database, words.bytes(place)));
        }
    }

    /** What was in doubt in one of two databases is in doubt in both once they have changed places. */
    private void swap(int one, int other) {
        for (DatabaseKey key : List.copyOf(keys)) {
            if (key.database() == one || key.database() == other) {
                add(new DatabaseKey(key.database() == one ? other : one, key.name()));
            }
        }
    }

    private boolean contains(int database, Words words, int place) {
        return keys.contains(new DatabaseKey(database, words.view(place)));
    }

    boolean contains(DatabaseKey key) {
        return keys.contains(key);
    }

    private static List<DatabaseKey> keysOf(int database, Words words) {
        List<DatabaseKey> its = new ArrayList<>();
        ReplicatedCommand command = ReplicatedCommand.of(words);
        if (command != null) {
            int other = EffectDecision.otherDatabase(command, words);
            for (int place : command.keys().of(words)) {
                DatabaseKey key = DatabaseKey.of(database, words.bytes(place));
                if (!key.isOwn()) {
                    its.add(key);
                    if (other >= 0) {
                        its.add(DatabaseKey.of(other, words.bytes(place)));
                    }
                }
            }
        }
        return its;
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    int size() {
        return keys.size();
    }

    /** The first ones, in the order in which they came. */
    List<DatabaseKey> first(int most) {
        return keys.stream().limit(most).toList();
    }

    /** A key is again what it is at the source. */
    void mended(DatabaseKey key) {
        keys.remove(key);
    }

    /**
     * What the target remembers is in doubt, and what it does not remember yet.
     *
     * @param timesWereTrue whether keys could expire in the target before this
     */
    void begin(List<DatabaseKey> remembered, boolean timesWereTrue) {
        renewalsMayHaveFailed = timesWereTrue;
        Set<DatabaseKey> stored = Set.copyOf(remembered);
        unwritten.clear();
        keys.stream().filter(key -> !stored.contains(key)).forEach(unwritten::add);
        keys.addAll(remembered);
        take();
    }

    /** Nothing is in doubt any more, since everything is copied anew. */
    void forgetAll() {
        told.clear();
        keys.clear();
        unwritten.clear();
    }

    /** Those that the target does not remember yet, once. */
    List<DatabaseKey> unwritten() {
        List<DatabaseKey> some = List.copyOf(unwritten);
        unwritten.clear();
        return some;
    }
}
