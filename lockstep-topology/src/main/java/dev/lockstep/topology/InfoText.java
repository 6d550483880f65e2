package dev.lockstep.topology;

import org.jspecify.annotations.Nullable;

/** The text of an INFO reply; finds its lines without splitting it, since one is read per batch of calls. */
record InfoText(String text) {

    /** The value of the line {@code name:value}; null without such a line. */
    @Nullable
    String field(String name) {
        for (int from = 0; (from = text.indexOf(name, from)) >= 0; from += name.length()) {
            int colon = from + name.length();
            boolean startsLine = from == 0 || text.charAt(from - 1) == '\n';
            if (startsLine && colon < text.length() && text.charAt(colon) == ':') {
                int end = text.indexOf('\n', colon);
                return text.substring(colon + 1, end < 0 ? text.length() : end).strip();
            }
        }
        return null;
    }

    String required(String name) {
        String value = field(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("INFO replication has no " + name
                    + "; expected the answer of a data node to a user who may run INFO");
        }
        return value;
    }

    long number(String name, long otherwise) {
        String value = field(name);
        return value == null || value.isEmpty() ? otherwise : number(name, value);
    }

    static long number(String name, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "INFO replication says " + name + ":" + value + "; expected a number", e);
        }
    }
}
