package dev.lockstep.drill;

/**
 * How one call ended, as far as its caller was told.
 *
 * @param failure what the caller was told, in a few words, the same for all failures of a sort; empty if it succeeded
 */
record Outcome(Kind kind, String failure) {

    enum Kind {
        /** It succeeded. */
        OK,
        /** It failed, and the caller was told that it was not applied. */
        NOT_APPLIED,
        /** It failed, and may have been applied or may yet be. */
        UNKNOWN,
        /** A read was refused because what the session had seen no longer exists: the session was told so. */
        TOLD
    }

    static final Outcome OK = new Outcome(Kind.OK, "");

    boolean ok() {
        return kind == Kind.OK;
    }
}
