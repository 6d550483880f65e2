package dev.lockstep.drill;

/** A way in which a client breaks a promise. One occurrence makes a verdict INVALID. */
public enum Anomaly {
    OWN_WRITE_NOT_READ("own write not read", "A session read an older value than it had itself written."),
    READ_WENT_BACK("read went back in time", "A session read an older value than it had already read."),
    STALENESS_EXCEEDED(
            "staleness bound exceeded",
            "A read missed a value that anyone had been confirmed longer before it than its bound allows."),
    NEAR_CACHE_TOO_OLD(
            "near-cache value too old",
            "A near cache gave a value that missed one which anyone had been confirmed longer ago than its bound allows."),
    ROLLBACK_NOT_REPORTED(
            "rollback not reported", "A failover undid what a session had seen, and the session was not told."),
    OLDER_VALUE_RETURNED(
            "older value returned", "The primary gave an older value than one confirmed before, and none was lost."),
    CONFIRMED_WRITE_LOST(
            "confirmed write lost",
            "A write that all replicas held when it returned is gone at the end; or one that one replica held, although the primary alone had failed."),
    LOST_IN_SWITCHOVER(
            "lost in a switchover",
            "An acknowledged write is gone that was made while the primary was replaced as planned."),
    LOSS_NOT_REPORTED(
            "loss not reported", "An acknowledged write is gone at the end, and the client has told of no such loss."),
    LOSS_MADE_UP(
            "loss made up",
            "An acknowledged write was told to be lost that is there, and no primary had been replaced."),
    APPLIED_TWICE("applied twice", "One call of INCR or RPUSH took effect more than once."),
    VALUE_OUT_OF_NOWHERE(
            "value out of nowhere",
            "A value was read that was never written, or whose write was reported not applied.");

    private final String title;
    private final String meaning;

    Anomaly(String title, String meaning) {
        this.title = title;
        this.meaning = meaning;
    }

    /** A few words for a table, such as {@code own write not read}. */
    public String title() {
        return title;
    }

    /** One sentence. */
    public String meaning() {
        return meaning;
    }
}
