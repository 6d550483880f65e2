package dev.lockstep.drill;

import java.util.Locale;

/** How violations are put into words. */
final class Evidence {

    private Evidence() {}

    /** Who read what, how and when. */
    static String of(Call read, Key key) {
        String how = switch (read.op()) {
            case READ_PRIMARY -> " from the primary";
            case READ_REPLICA -> " by replica()";
            case READ_SESSION -> " by session()";
            case READ_BOUNDED -> " bounded to " + read.actor().boundNanos() / 1_000_000 + " ms";
            case READ_NEAR -> " from the near cache";
            case READ_NEAR_BOUNDED ->
                " from the near cache bounded to " + read.actor().boundNanos() / 1_000_000 + " ms";
            default -> "";
        };
        String what = read.value() == 0 ? "nothing" : String.valueOf(read.value());
        return read.actor().label() + " read " + what + how + " in " + key.name() + " at " + at(read.returned());
    }

    /** A moment of the drill, such as {@code 12.345 s}. */
    static String at(long nanos) {
        return String.format(Locale.ROOT, "%.3f s", nanos / 1e9);
    }
}
