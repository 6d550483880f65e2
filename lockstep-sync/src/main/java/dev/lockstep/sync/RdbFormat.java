package dev.lockstep.sync;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * The form in which a server writes snapshots and payloads, known by its number: Redis counts up from 1, Valkey went its own
 * way with 80. A server reads all older forms of its own line.
 */
record RdbFormat(int version) {

    /** From this number on it is Valkey's. */
    private static final int VALKEY = 80;
    /** The newest of Redis that both know; what Redis numbers above it, Valkey takes for foreign. */
    private static final int LAST_COMMON = 11;

    private static final int NEWEST_REDIS = 13;
    /** How many bytes a snapshot begins with. */
    static final int MAGIC = 9;

    /**
     * Reads the first bytes of a snapshot.
     *
     * @throws SyncException if it is no snapshot, or one of a form that is not known
     */
    static RdbFormat ofMagic(byte[] data, int from) {
        String magic = new String(data, from, MAGIC, ISO_8859_1);
        if (!magic.matches("REDIS[0-9]{4}|VALKEY[0-9]{3}")) {
            throw new SyncException(
                    "The snapshot begins with '" + KeyText.of(data, from, MAGIC)
                            + "'; expected REDIS or VALKEY and a version. What arrived is no snapshot: check the source's address.");
        }
        int version = Integer.parseInt(magic.replaceAll("[A-Z]", ""));
        boolean known = magic.startsWith("R") ? version >= 1 && version <= NEWEST_REDIS : version == VALKEY;
        if (!known) {
            throw new SyncException("The snapshot is of the form " + magic + "; known are REDIS0001 to REDIS00"
                    + NEWEST_REDIS + " and VALKEY0" + VALKEY
                    + ". Nothing of it was copied. Use a version of Lockstep that"
                    + " knows this server.");
        }
        return new RdbFormat(version);
    }

    /**
     * The form that a server writes, told by the end of any payload it made: the reply to {@code FUNCTION DUMP} is one even
     * where there is no function.
     */
    static RdbFormat ofPayload(byte[] payload) {
        int at = payload.length - RestorePayload.FOOTER;
        if (at < 0) {
            throw new SyncException("A payload of " + payload.length + " bytes has no room for the "
                    + RestorePayload.FOOTER + " that tell its version");
        }
        return new RdbFormat((payload[at] & 0xff) | (payload[at + 1] & 0xff) << 8);
    }

    boolean isValkey() {
        return version >= VALKEY;
    }

    /** Whether a server that writes this form knows what was brought in with another. */
    boolean knows(RdbFormat since) {
        return isValkey() == since.isValkey() ? since.version <= version : isValkey() && since.version <= LAST_COMMON;
    }

    /** For people: the servers that write it. */
    String servers() {
        if (isValkey()) {
            return version == VALKEY ? "Valkey 9" : "a Valkey later than 9";
        }
        return switch (version) {
            case 7 -> "Redis 3.2";
            case 8 -> "Redis 4";
            case 9 -> "Redis 5 or 6";
            case 10 -> "Redis 7.0";
            case 11 -> "Redis 7.2 or Valkey 7.2 to 8.1";
            case 12 -> "Redis 7.4 to 8.4";
            case 13 -> "Redis 8.6";
            default -> version < 7 ? "a Redis before 3.2" : "a Redis later than 8.6";
        };
    }
}
