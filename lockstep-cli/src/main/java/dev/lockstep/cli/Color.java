package dev.lockstep.cli;

import org.jspecify.annotations.Nullable;

/** When text is coloured. */
enum Color {
    AUTO,
    ALWAYS,
    NEVER;

    boolean on(boolean terminal) {
        return on(terminal, System.getenv("NO_COLOR"));
    }

    /** @param noColor the environment variable of that name: not empty, it forbids (no-color.org) */
    boolean on(boolean terminal, @Nullable String noColor) {
        return switch (this) {
            case ALWAYS -> true;
            case NEVER -> false;
            case AUTO -> terminal && (noColor == null || noColor.isEmpty());
        };
    }
}
