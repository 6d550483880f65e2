package dev.lockstep.sync.verify;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A key whose two sides were not alike, and what to think of it from one look to the next. Not thread-safe. */
final class Suspect {
    /* The two sides are not read at the same moment, and a copy lags. So two readings that differ prove nothing while
     * somebody writes. What proves a difference is that both sides stay as they are, and unlike, for longer than the copy
     * lags: for a fifth of the patience. A key that will not stay as it is for that long, until the patience is over, is
     * not judged. */

    /** What to think of it. */
    enum Verdict {
        /** Both sides hold the same. */
        EQUAL,
        /** Too early to tell. */
        AGAIN,
        /** They differ, and stay so. */
        DIFFERENT,
        /** It cannot be told. */
        UNSETTLED
    }

    private static final Set<String> UNDERSTOOD = Set.of("string", "list", "set", "hash", "zset", "stream");
    private static final int SHARE_OF_PATIENCE = 5;
    private static final long FIRST_PAUSE = 50_000_000;
    private static final long LONGEST_PAUSE = 1_000_000_000;

    private final byte[] key;
    private final long patience;
    private long since;
    private long stillSince;
    private long pause = FIRST_PAUSE;
    private long nextLook;
    private @Nullable KeyState source;
    private @Nullable KeyState target;
    private Set<Difference.Kind> kinds = Set.of();

    /** @param patience in nanoseconds: how long it may take to stay as it is */
    Suspect(byte[] key, long patience, long now) {
        this.key = key;
        this.patience = patience;
        this.nextLook = now;
    }

    byte[] key() {
        return key;
    }

    /** When it is to be looked at, by the clock that {@code now} is from. */
    long nextLook() {
        return nextLook;
    }

    /** In what it differed at the last look. */
    Set<Difference.Kind> kinds() {
        return kinds;
    }

    /** How both sides were at the last look; source first. */
    Map.Entry<KeyState, KeyState> states() {
        if (source == null || target == null) {
            throw new IllegalStateException("It was not looked at yet");
        }
        return Map.entry(source, target);
    }

    /**
     * Takes what was read.
     *
     * @param began when it was begun to be read; a large value takes its time
     * @param now when it had been read
     */
    Verdict look(KeyState sourceNow, KeyState targetNow, long began, long now) {
        if (source == null) {
            since = now;
        }
        boolean still = source != null && target != null && sourceNow.sameAs(source) && targetNow.sameAs(target);
        source = sourceNow;
        target = targetNow;
        kinds = KeyState.differences(sourceNow, targetNow);
        if (kinds.isEmpty() && sourceNow.steady() && targetNow.steady()) {
            return Verdict.EQUAL;
        }
        if (!still) {
            stillSince = now;
            if (now - since >= patience) {
                return Verdict.UNSETTLED;
            }
        }
        long enough = stillSince + patience / SHARE_OF_PATIENCE;
        if (still && began >= enough) {
            return isBeyondUs() ? Verdict.UNSETTLED : Verdict.DIFFERENT;
        }
        nextLook = Math.min(now + pause, Math.max(now, enough));
        pause = Math.min(2 * pause, LONGEST_PAUSE);
        return Verdict.AGAIN;
    }

    /** Whether only serialised forms differ, which does not say that the values do. */
    boolean isBeyondUs() {
        return source != null && kinds.equals(Set.of(Difference.Kind.VALUE)) && !UNDERSTOOD.contains(source.type());
    }
}
