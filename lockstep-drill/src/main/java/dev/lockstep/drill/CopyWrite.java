package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.List;

/** One write to the source of a copy, or the writes of one transaction: its words, and what is to be known of it later. */
final class CopyWrite {

    /** One word of a command. */
    record Word(String text, boolean isKey) {}

    /** That a counter grows. */
    record Count(String key, long by) {}

    private final String name;
    private final List<Word> words = new ArrayList<>();
    private final List<Count> counts = new ArrayList<>();
    private final List<String> pushed = new ArrayList<>();
    private final List<CopyWrite> parts = new ArrayList<>();

    private CopyWrite(String name) {
        this.name = name;
    }

    static CopyWrite of(String command) {
        return new CopyWrite(command);
    }

    /** A transaction of these. */
    static CopyWrite together(List<CopyWrite> parts) {
        CopyWrite all = new CopyWrite("MULTI");
        all.parts.addAll(parts);
        parts.forEach(part -> {
            all.counts.addAll(part.counts);
            all.pushed.addAll(part.pushed);
        });
        return all;
    }

    CopyWrite key(String key) {
        words.add(new Word(key, true));
        return this;
    }

    CopyWrite words(Object... more) {
        for (Object word : more) {
            words.add(new Word(String.valueOf(word), false));
        }
        return this;
    }

    /** That it makes a counter grow. */
    CopyWrite counts(String key, long by) {
        counts.add(new Count(key, by));
        return this;
    }

    /** That it adds an element, like no other, to some list. */
    CopyWrite pushes(String element) {
        pushed.add(element);
        return this;
    }

    String name() {
        return name;
    }

    List<Word> words() {
        return words;
    }

    List<Count> counts() {
        return counts;
    }

    List<String> pushed() {
        return pushed;
    }

    /** Of a transaction what is in it; else nothing. */
    List<CopyWrite> parts() {
        return parts;
    }

    /** Any key of it. */
    String someKey() {
        return parts.isEmpty()
                ? words.stream().filter(Word::isKey).findFirst().orElseThrow().text()
                : parts.get(0).someKey();
    }

    @Override
    public String toString() {
        return name + (parts.isEmpty() ? "" : " " + parts);
    }
}
