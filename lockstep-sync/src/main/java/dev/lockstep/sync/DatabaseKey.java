package dev.lockstep.sync;

import java.nio.ByteBuffer;

/**
 * A key in a database.
 *
 * @param name whose bytes nobody changes
 */
record DatabaseKey(int database, ByteBuffer name) {

    /** With bytes of its own. */
    static DatabaseKey of(int database, byte[] name) {
        return new DatabaseKey(database, ByteBuffer.wrap(name));
    }

    /** Whether a copy keeps it for itself. */
    boolean isOwn() {
        return database == 0 && Checkpoint.isOwn(name);
    }

    byte[] bytes() {
        byte[] bytes = new byte[name.remaining()];
        name.duplicate().get(bytes);
        return bytes;
    }

    /** For people. */
    @Override
    public String toString() {
        byte[] bytes = bytes();
        return "key '" + KeyText.of(bytes, 0, bytes.length) + "' (database " + database + ")";
    }
}
