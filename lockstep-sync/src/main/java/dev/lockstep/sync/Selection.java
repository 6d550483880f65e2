package dev.lockstep.sync;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What of a source is copied, and what of a target is the copy's: everything, or some databases, or keys of some patterns.
 * Immutable.
 *
 * @param databases by number; none for all
 */
record Selection(Set<Integer> databases, KeyFilter keys) {

    static final Selection ALL = new Selection(Set.of(), KeyFilter.ALL);

    Selection {
        databases = Set.copyOf(databases);
    }

    boolean isAll() {
        return databases.isEmpty() && keys.isAll();
    }

    boolean hasDatabase(int database) {
        return databases.isEmpty() || databases.contains(database);
    }

    boolean takes(int database, byte[] key) {
        return hasDatabase(database) && keys.means(key);
    }

    /** Whether a key is part of the copy: taken, and none that a copy keeps for itself. */
    boolean copies(DatabaseKey key) {
        return takes(key.database(), key.bytes()) && !key.isOwn();
    }

    /** Whether a word is a key that is taken. */
    boolean takes(int database, Words words, int place) {
        return hasDatabase(database) && (keys.isAll() || keys.means(words.bytes(place)));
    }

    /** In a form that differs where the selection does, so that a target can remember it; for people too. */
    @Override
    public String toString() {
        return isAll()
                ? "everything"
                : ("databases="
                        + (databases.isEmpty()
                                ? "all"
                                : new TreeSet<>(databases)
                                        .stream().map(String::valueOf).collect(Collectors.joining(",")))
                        + patterns(" include=", keys.include())
                        + patterns(" exclude=", keys.exclude()));
    }

    private static String patterns(String name, List<Glob> patterns) {
        return patterns.isEmpty()
                ? ""
                : patterns.stream().map(Selection::text).sorted().distinct().collect(Collectors.joining(",", name, ""));
    }

    /** What would not stand out in a list, or does not print, is written as {@code %HH}. */
    private static String text(Glob pattern) {
        StringBuilder text = new StringBuilder();
        for (byte letter : pattern.bytes()) {
            if (letter > ' ' && letter < 0x7f && ",%'\"".indexOf(letter) < 0) {
                text.append(new String(new byte[] {letter}, StandardCharsets.US_ASCII));
            } else {
                text.append(String.format("%%%02x", letter & 0xff));
            }
        }
        return text.toString();
    }
}
