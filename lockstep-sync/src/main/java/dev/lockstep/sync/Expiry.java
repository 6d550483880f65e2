package dev.lockstep.sync;

import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** The time to expire at that a command in its {@link PlainForm} sets, in milliseconds since 1970. */
final class Expiry {

    private Expiry() {}

    /**
     * The time; empty if the command sets none. Those that the payload of a RESTORE holds for the fields of a hash are not
     * among them.
     */
    static OptionalLong of(ReplicatedCommand command, Words plain) {
        int place = place(command, plain);
        return place < 0 ? OptionalLong.empty() : OptionalLong.of(plain.number(place));
    }

    /** The same command with a later time; the same object if it sets none, or one beyond all clocks. */
    static Words later(ReplicatedCommand command, Words plain, long millis) {
        int place = place(command, plain);
        if (place < 0) {
            return plain;
        }
        long at = plain.number(place);
        return at > Long.MAX_VALUE - millis
                ? plain
                : plain.with(place, Long.toString(at + millis).getBytes(StandardCharsets.US_ASCII));
    }

    private static int place(ReplicatedCommand command, Words plain) {
        return switch (command) {
            case PEXPIREAT, HPEXPIREAT -> 2;
            case RESTORE -> plain.number(2) == 0 ? -1 : 2;
            case SET -> behindPxat(plain, 3);
            case HSETEX -> behindPxat(plain, 2);
            case MSETEX -> behindPxat(plain, Math.toIntExact(2 + 2 * plain.number(1)));
            default -> -1;
        };
    }

    private static int behindPxat(Words plain, int place) {
        return place < plain.count() && plain.is(place, "PXAT") ? place + 1 : -1;
    }
}
