package dev.lockstep.sync.verify;

/** A part of what a key holds, which is digested by itself so that a difference can be told by its kind. */
enum Part {
    /** The bytes of a string, the elements of a list, set, sorted set or hash, the entries of a stream. */
    VALUE(0, Difference.Kind.VALUE),
    /** When fields of a hash expire. */
    FIELD_EXPIRY(1, Difference.Kind.FIELD_EXPIRY),
    /** What a stream says of itself: its last id, the highest deleted one, how many were ever added. */
    STREAM(2, Difference.Kind.STREAM),
    /** The groups of a stream and how far each has read. */
    GROUP(3, Difference.Kind.GROUP),
    /** The consumers of a stream's groups. */
    CONSUMER(4, Difference.Kind.CONSUMER),
    /** Entries of a stream that were delivered and not acknowledged: to whom, and how often. */
    PENDING(5, Difference.Kind.PENDING),
    /** How many entries each group has read, where it is known. */
    READ_COUNT(6, Difference.Kind.READ_COUNT),
    /** Of which groups that is known. Where the two sides know it of others, it is not compared. */
    COUNTED(7, Difference.Kind.READ_COUNT);

    /** From 0 without gaps. */
    final int place;

    final Difference.Kind kind;

    Part(int place, Difference.Kind kind) {
        this.place = place;
        this.kind = kind;
    }
}
