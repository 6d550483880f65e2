package dev.lockstep.sync;

import org.jspecify.annotations.Nullable;

/** What a value in a snapshot is, and how it is laid out: one type byte each. */
enum RdbType {
    STRING(0, 1, "a string"),
    LIST(1, 1, "a list"),
    SET(2, 1, "a set"),
    ZSET(3, 1, "a sorted set with scores as text"),
    HASH(4, 1, "a hash"),
    ZSET_2(5, 8, "a sorted set"),
    MODULE_2(7, 8, "a module's value"),
    HASH_ZIPMAP(9, 2, "a small hash of Redis 2.4"),
    LIST_ZIPLIST(10, 2, "a small list"),
    SET_INTSET(11, 2, "a set of integers"),
    ZSET_ZIPLIST(12, 2, "a small sorted set"),
    HASH_ZIPLIST(13, 4, "a small hash"),
    LIST_QUICKLIST(14, 7, "a list of ziplists"),
    STREAM(15, 9, "a stream of Redis 5"),
    HASH_LISTPACK(16, 10, "a small hash of Redis 7.0"),
    ZSET_LISTPACK(17, 10, "a small sorted set of Redis 7.0"),
    LIST_QUICKLIST_2(18, 10, "a list of listpacks"),
    STREAM_2(19, 10, "a stream of Redis 7.0"),
    SET_LISTPACK(20, 11, "a small set of Redis 7.2"),
    STREAM_3(21, 11, "a stream of Redis 7.2"),
    HASH_2(22, 80, "a hash with field TTLs of Valkey 9"),
    HASH_METADATA(24, 12, "a hash with field TTLs of Redis 7.4"),
    HASH_LISTPACK_EX(25, 12, "a small hash with field TTLs of Redis 7.4"),
    STREAM_4(26, 13, "a stream of Redis 8.6"),
    /** Not a key's value: it stands by itself, and FUNCTION RESTORE takes it as a payload of the same make. */
    FUNCTION(245, 10, "a function library");

    private static final @Nullable RdbType[] BY_CODE = new @Nullable RdbType[256];

    static {
        for (RdbType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    /** The type byte. */
    final int code;
    /** For people. */
    final String what;

    private final int since;

    RdbType(int code, int since, String what) {
        this.code = code;
        this.since = since;
        this.what = what;
    }

    /**
     * What a type byte means in snapshots of a form: Redis and Valkey gave some the same number. Null for what is unknown,
     * and for what only release candidates wrote.
     */
    static @Nullable RdbType of(int code, RdbFormat format) {
        RdbType type = BY_CODE[code];
        if (type == null) {
            return null;
        }
        boolean foreign =
                format.isValkey() ? !format.knows(type.since()) : type.since().isValkey();
        return foreign ? null : type;
    }

    /** The first form that has it. */
    RdbFormat since() {
        return new RdbFormat(since);
    }

    /** The older form in which the same value can be written, as far as older servers know it; null if there is none. */
    @Nullable
    RdbType older() {
        return switch (this) {
            case SET_LISTPACK -> SET;
            case STREAM_3 -> STREAM_2;
            default -> null;
        };
    }

    @Override
    public String toString() {
        return what + " (type " + code + ")";
    }
}
