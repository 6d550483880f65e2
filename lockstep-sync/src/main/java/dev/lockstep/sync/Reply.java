package dev.lockstep.sync;

import java.util.List;

/** What a server answers to one command. Immutable as long as nobody changes the bytes of a {@link Bulk}. */
sealed interface Reply {

    /** The answers of which there are so many that they are made only once. */
    Status OK = new Status("OK");

    Status QUEUED = new Status("QUEUED");
    Nil NIL = new Nil();

    /** A word such as {@code OK}. */
    record Status(String text) implements Reply {}

    /** A refusal, in the server's own words, the first of which names its kind. */
    record Failure(String text) implements Reply {

        /** Whether it is of this kind, such as {@code MOVED}. */
        boolean is(String kind) {
            return text.startsWith(kind) && (text.length() == kind.length() || text.charAt(kind.length()) == ' ');
        }
    }

    /** An integer. */
    record Count(long value) implements Reply {
        private static final Count[] SMALL = new Count[256];

        static {
            for (int i = 0; i < SMALL.length; i++) {
                SMALL[i] = new Count(i);
            }
        }

        static Count of(long value) {
            return value >= 0 && value < SMALL.length ? SMALL[(int) value] : new Count(value);
        }
    }

    /** Bytes. The array belongs to whoever gets the reply. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares replies
    record Bulk(byte[] bytes) implements Reply {
        /** A server's data may be secret. */
        @Override
        public String toString() {
            return "Bulk[" + bytes.length + " bytes]";
        }
    }

    /** What stands for nothing: a missing value, or a transaction that was not carried out. */
    record Nil() implements Reply {}

    /** Several replies, such as those of a transaction. */
    record Many(List<Reply> elements) implements Reply {}
}
