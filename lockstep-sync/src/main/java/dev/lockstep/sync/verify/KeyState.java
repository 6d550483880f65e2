package dev.lockstep.sync.verify;

import java.util.EnumSet;
import java.util.Set;

/**
 * What one side holds under a key, as read at one moment: enough to compare it, too little to copy it.
 *
 * @param type as the server names it; {@code none} if there is no such key
 * @param content the digest of its value
 * @param readAt what the server's clock said in milliseconds
 * @param steady whether it could be read as a whole: not so if it kept changing its type or its place meanwhile
 */
record KeyState(String type, Expiry expiry, Tally content, long readAt, boolean steady) {

    static final String NONE = "none";

    boolean isAbsent() {
        return type.equals(NONE);
    }

    /** In what the two sides of a key differ; in nothing also if the one that has it no more let it expire. */
    static Set<Difference.Kind> differences(KeyState source, KeyState target) {
        EnumSet<Difference.Kind> kinds = EnumSet.noneOf(Difference.Kind.class);
        if (source.isAbsent() || target.isAbsent()) {
            KeyState left = source.isAbsent() ? target : source;
            KeyState gone = source.isAbsent() ? source : target;
            if (!left.isAbsent() && !left.expiry.passed(gone.readAt)) {
                kinds.add(source.isAbsent() ? Difference.Kind.EXTRA : Difference.Kind.MISSING);
            }
            return kinds;
        }
        if (!source.expiry.agrees(target.expiry)) {
            kinds.add(Difference.Kind.EXPIRY);
        }
        if (!source.type.equals(target.type)) {
            kinds.add(Difference.Kind.TYPE);
            return kinds;
        }
        for (Part part : Part.values()) {
            if (!source.content.sameAs(target.content, part)) {
                kinds.add(part.kind);
            }
        }
        if (!source.content.sameAs(target.content, Part.COUNTED)) {
            kinds.remove(Part.COUNTED.kind); // replicas of a 7.0 server forget it, as does a copy that is fed like them
        }
        return kinds;
    }

    /** Whether nothing seems to have happened to the key between the two readings of one side. */
    boolean sameAs(KeyState earlier) {
        return steady
                && earlier.steady
                && type.equals(earlier.type)
                && expiry.agrees(earlier.expiry)
                && content.sameAs(earlier.content);
    }
}
