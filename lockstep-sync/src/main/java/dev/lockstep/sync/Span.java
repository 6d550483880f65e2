package dev.lockstep.sync;

/** How a command with several keys is carried out where these lie in several slots. */
enum Span {
    /** Not at all: its keys have to lie in one slot. */
    ONE_SLOT,
    /** Key by key, each for itself. */
    INDEPENDENT,
    /** The first key's value goes to the second key. */
    RELOCATED,
    /** The first key's value goes to the second key, and stays. */
    DUPLICATED,
    /** One element goes from the first key to the second. */
    TRANSFERRED,
    /** One key is made of the others. */
    COMPUTED
}
