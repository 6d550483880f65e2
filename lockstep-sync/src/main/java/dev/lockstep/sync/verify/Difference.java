package dev.lockstep.sync.verify;

import java.util.List;

/**
 * A key that the source and the target do not hold alike.
 *
 * @param database the number of the source's database
 * @param key its name; bytes that are no printable text, and backslashes, as {@code \xHH}
 * @param findings what differs, at least one
 */
public record Difference(int database, String key, List<Finding> findings) {

    /** In what a key can differ. */
    public enum Kind {
        /** The source has the key, the target does not. */
        MISSING,
        /** The target has the key, the source does not. */
        EXTRA,
        /** It is a list here and a set there. */
        TYPE,
        /** It expires at another time, or only on one side. */
        EXPIRY,
        /** Its bytes, elements, fields, members, scores or entries. */
        VALUE,
        /** When fields of a hash expire. */
        FIELD_EXPIRY,
        /** A stream's last id, its highest deleted id, or how many entries were added to it. */
        STREAM,
        /** A stream's groups, or how far they have read. */
        GROUP,
        /** How many entries a stream's groups have read, where both sides know it. */
        READ_COUNT,
        /** The consumers of a stream's groups. */
        CONSUMER,
        /** What a stream's consumers have not acknowledged, or how often it was delivered. */
        PENDING
    }

    /**
     * One thing that differs.
     *
     * @param text in words, without values
     */
    public record Finding(Kind kind, String text) {}

    public Difference {
        findings = List.copyOf(findings);
    }
}
