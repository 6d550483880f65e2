package dev.lockstep.sync;

import java.nio.charset.StandardCharsets;

/**
 * A pattern over bytes by the rules of {@code KEYS}: {@code *}, {@code ?}, {@code [a-z]}, {@code [^a]}, {@code \} before a sign.
 * Immutable.
 */
public final class Glob {

    private final byte[] pattern;

    /** A pattern, of which no text is wrong. */
    public Glob(String pattern) {
        this.pattern = pattern.getBytes(StandardCharsets.UTF_8);
    }

    /** The pattern, as a server takes it. */
    public byte[] bytes() {
        return pattern.clone();
    }

    /** Whether the whole text is one that the pattern stands for. */
    public boolean matches(byte[] text) {
        int at = 0;
        int p = 0;
        int star = -1; // where to go on in the pattern when what follows the last * does not fit
        int retry = 0;
        while (at < text.length) {
            if (p < pattern.length && pattern[p] == '*') {
                star = ++p;
                retry = at;
            } else if (p < pattern.length && one(p, text[at])) {
                p = next(p);
                at++;
            } else if (star >= 0) {
                p = star;
                at = ++retry;
            } else {
                return false;
            }
        }
        while (p < pattern.length && pattern[p] == '*') {
            p++;
        }
        return p >= pattern.length;
    }

    /** Whether the piece of the pattern that begins at {@code p} stands for this byte. */
    private boolean one(int p, byte letter) {
        return switch (pattern[p]) {
            case '?' -> true;
            case '[' -> inClass(p, letter & 0xff);
            case '\\' -> pattern[escaped(p)] == letter;
            default -> pattern[p] == letter;
        };
    }

    private int next(int p) {
        return switch (pattern[p]) {
            case '[' -> classEnd(p) + 1;
            case '\\' -> escaped(p) + 1;
            default -> p + 1;
        };
    }

    /** What a backslash stands before; it stands for itself at the end. */
    private int escaped(int p) {
        return Math.min(p + 1, pattern.length - 1);
    }

    private int classEnd(int p) {
        int i = p + 1;
        while (i < pattern.length && pattern[i] != ']') {
            i = pattern[i] == '\\' ? escaped(i) + 1 : i + 1;
        }
        return i;
    }

    private boolean inClass(int p, int letter) {
        int i = p + 1;
        int end = classEnd(p);
        boolean not = i < end && pattern[i] == '^';
        boolean found = false;
        for (i = not ? i + 1 : i; i < end; i++) {
            if (pattern[i] == '\\') {
                i = escaped(i);
                found |= (pattern[i] & 0xff) == letter;
            } else if (i + 2 < end && pattern[i + 1] == '-') {
                int low = pattern[i] & 0xff;
                int high = pattern[i + 2] & 0xff;
                found |= Math.min(low, high) <= letter && letter <= Math.max(low, high);
                i += 2;
            } else {
                found |= (pattern[i] & 0xff) == letter;
            }
        }
        return found != not;
    }
}
