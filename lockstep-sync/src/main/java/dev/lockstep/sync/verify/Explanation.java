package dev.lockstep.sync.verify;

import dev.lockstep.sync.HashKey;
import dev.lockstep.sync.verify.BothSides.Both;
import dev.lockstep.sync.verify.Difference.Finding;
import dev.lockstep.sync.verify.Difference.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** Says in words what differs about a key: it reads both sides once more, a large value twice, and never shows a value. */
final class Explanation {
    /* A value of more elements than are told apart in memory is read in two goes: first its elements are summed by buckets,
     * then those of the buckets that differ are compared one by one. */

    private static final Map<String, String> ELEMENTS =
            Map.of("set", "member", "hash", "field", "zset", "member", "stream", "entry");

    private final BothSides sides;

    Explanation(BothSides sides) {
        this.sides = sides;
    }

    /** What is known of a suspect, and found by looking into its value. */
    List<Finding> of(Suspect suspect) throws InterruptedException {
        KeyState source = suspect.states().getKey();
        KeyState target = suspect.states().getValue();
        List<Finding> findings = new ArrayList<>();
        boolean deep = false;
        for (Kind kind : suspect.kinds()) {
            switch (kind) {
                case MISSING -> findings.add(new Finding(kind, "missing in the target"));
                case EXTRA -> findings.add(new Finding(kind, "only in the target"));
                case TYPE ->
                    findings.add(new Finding(kind, "type " + source.type() + ", in the target " + target.type()));
                case EXPIRY ->
                    findings.add(
                            new Finding(kind, "expires " + source.expiry() + ", in the target " + target.expiry()));
                default -> deep = true;
            }
        }
        if (deep) {
            findings.addAll(inside(suspect, source.type()));
        }
        return findings;
    }

    private List<Finding> inside(Suspect suspect, String type) throws InterruptedException {
        BitSet buckets = Buckets.all();
        if (elements(suspect.states().getKey()) + elements(suspect.states().getValue()) > Sample.MOST) {
            Both<KeyReading<Buckets>> rough = sides.read(suspect.key(), Buckets::new);
            buckets = rough.source().elements().differing(rough.target().elements());
        }
        BitSet wanted = buckets;
        HashKey[] hashKey = new HashKey[1];
        Both<KeyReading<Sample>> read = sides.read(suspect.key(), key -> {
            hashKey[0] = key;
            return new Sample(wanted);
        });
        Both<Sample> samples =
                new Both<>(read.source().elements(), read.target().elements());
        Both<Long> lengths = new Both<>(read.source().told(), read.target().told());
        List<Finding> findings = new ArrayList<>();
        for (Part part : Part.values()) {
            if (suspect.kinds().contains(part.kind) && part != Part.COUNTED) {
                findings.add(new Finding(part.kind, words(part, type, lengths, samples, hashKey[0])));
            }
        }
        return findings;
    }

    private static long elements(KeyState state) {
        long count = 0;
        for (Part part : Part.values()) {
            count += state.content().count(part);
        }
        return count;
    }

    private static String words(Part part, String type, Both<Long> lengths, Both<Sample> samples, HashKey hashKey) {
        Sample.Comparison found = Sample.compare(samples.source(), samples.target(), part);
        boolean more = samples.source().isFull() || samples.target().isFull();
        return switch (part) {
            case VALUE -> "value: " + value(type, lengths, found, more);
            case FIELD_EXPIRY -> "expiry of fields: " + counts("field", found, more);
            case STREAM -> "stream: " + marks(samples, hashKey);
            case GROUP -> "groups: " + counts("group", found, more);
            case READ_COUNT, COUNTED -> "entries read: " + counts("group", found, more);
            case CONSUMER -> "consumers: " + counts("consumer", found, more);
            case PENDING -> "pending: " + counts("entry", found, more);
        };
    }

    private static String value(String type, Both<Long> lengths, Sample.Comparison found, boolean more) {
        String length = lengths.source().equals(lengths.target())
                ? "length " + lengths.source()
                : "length " + lengths.source() + " against " + lengths.target();
        return switch (type) {
            case "string" -> length + (length.contains("against") ? "" : ", other bytes");
            case "list" ->
                length
                        + (found.first() == Long.MAX_VALUE
                                ? ""
                                : ", the first that differs is element " + found.first());
            case "set", "hash", "zset", "stream" -> counts(ELEMENTS.getOrDefault(type, "element"), found, more);
            default -> "the serialised forms of type " + type + " differ, which may mean nothing";
        };
    }

    private static String counts(String what, Sample.Comparison found, boolean more) {
        StringJoiner words = new StringJoiner(", ");
        count(words, found.changed(), what, "differs", "differ");
        count(words, found.missing(), what, "is missing in the target", "are missing in the target");
        count(words, found.extra(), what, "is only in the target", "are only in the target");
        if (words.length() == 0) {
            return "they differed, and do so no more";
        }
        return (more ? "at least " : "") + words;
    }

    private static void count(StringJoiner words, long count, String what, String one, String many) {
        if (count == 1) {
            words.add("1 " + what + " " + one);
        } else if (count > 1) {
            String plural = what.equals("entry") ? "entries" : what + "s";
            words.add(String.format(Locale.ROOT, "%,d %s %s", count, plural, many));
        }
    }

    private static String marks(Both<Sample> samples, HashKey hashKey) {
        StringJoiner differing = new StringJoiner(", ");
        for (String mark : StreamContent.MARKS) {
            Sample.Name name = nameOf(mark, hashKey);
            Sample.Body here = samples.source().of(Part.STREAM).get(name);
            Sample.Body there = samples.target().of(Part.STREAM).get(name);
            if (here == null ? there != null : !here.equals(there)) {
                differing.add(mark);
            }
        }
        return differing.length() == 0 ? "it differed, and does so no more" : "another " + differing;
    }

    /** The hash of an element's name, as a feed makes it. */
    private static Sample.Name nameOf(String text, HashKey hashKey) {
        Sample.Name[] name = new Sample.Name[1];
        new Feed(hashKey, (part, high, low, bodyHigh, bodyLow) -> name[0] = new Sample.Name(high, low))
                .name(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)))
                .end(Part.STREAM);
        return name[0];
    }
}
