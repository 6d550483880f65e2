package dev.lockstep.sync;

/**
 * What a target answers to a replicated command if it stands where the source stood. A server sends to its replicas what
 * has changed something, so an answer that nothing has changed says that the copy differs. An error always does.
 */
enum ExpectedReply {
    /** The answer tells nothing. So it is with removals, because the target may have let something expire by itself. */
    ANY,
    /** Neither a null nor an empty array. */
    SOMETHING,
    /** If an integer, then above 0. */
    POSITIVE,
    /** An array of integers, one of them above 0. */
    SOME_POSITIVE,
    /** An array of integers, all of them above 0. */
    ALL_POSITIVE;

    /** Whether a target that is equal may answer with this integer. */
    boolean allows(long integer) {
        return this != POSITIVE || integer > 0;
    }

    /** Whether a target that is equal may answer with a null. */
    boolean allowsNull() {
        return this == ANY;
    }

    /** Whether a target that is equal may answer with an array of so many elements, so many of them integers above 0. */
    boolean allowsArray(int elements, int positive) {
        return switch (this) {
            case ANY, POSITIVE -> true;
            case SOMETHING -> elements > 0;
            case SOME_POSITIVE -> positive > 0;
            case ALL_POSITIVE -> positive == elements && elements > 0;
        };
    }
}
