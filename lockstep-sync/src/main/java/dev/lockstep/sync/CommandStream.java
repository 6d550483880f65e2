package dev.lockstep.sync;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What cuts a replication stream into units, from a place on that lies between two of them. Confined to one thread. */
final class CommandStream {
    /* It keeps its place in what it has looked at, so that a unit that arrives in many pieces is not read from its beginning
     * with each. The buffer holds one unit as a whole and as much of the next ones as was read with it. A value of 512 MB
     * stands in it, and so on the heap: twice for a moment, when the unit is copied out. Room is made as bytes arrive, never
     * because a length was announced.
     *
     * What belongs to no unit (PING, SELECT, REPLCONF GETACK, line feeds) is taken together with the unit that follows. Only
     * if nothing follows that is there already, it makes an empty unit, so that an idle stream moves on too. */

    /** What redis.conf gives as the default of proto-max-bulk-len. */
    static final long MAX_BULK = 512L << 20;

    private static final int FIRST_ROOM = 64 << 10;
    private static final int MAX_UNIT = Integer.MAX_VALUE - 64;
    private static final int NO_BULK = -1;

    private final StreamBytes source;
    private final long maxBulk;

    private byte[] buffer = new byte[FIRST_ROOM];
    /** The offset of the buffer's first byte. */
    private long bufferAt;

    private int filled;
    private int at;
    private int database;

    // The unit at hand, and its places in the buffer.
    private int begin;
    private int wordsMissing;
    private int bulk = NO_BULK;
    private int[] bounds = new int[16];
    private int boundCount;
    private boolean transaction;
    /** Where its commands begin, behind what belongs to no unit. */
    private int commandsBegin;

    private final List<int[]> commands = new ArrayList<>();
    private int[] databases = new int[4];

    /**
     * @param start between two units of the stream, as {@link Unit#to} and {@link Unit#databaseAfter} are
     * @param maxBulk how long a word may be, in bytes: the source's {@code proto-max-bulk-len} or more
     */
    CommandStream(StreamBytes source, long start, int database, long maxBulk) {
        this.source = source;
        this.bufferAt = start;
        this.database = database;
        this.maxBulk = Math.min(maxBulk, MAX_UNIT);
    }

    /**
     * The next unit; waits for it if it has not arrived as a whole.
     *
     * @param waitNanos how long to wait for each piece of it; with a unit that arrives in pieces it may take longer
     * @return null if nothing has arrived for that time
     * @throws SyncException if this is no replication stream; it cannot be read on
     * @throws IOException as the source of the bytes throws it
     */
    @Nullable
    Unit next(long waitNanos) throws IOException, InterruptedException {
        while (true) {
            while (at < filled) {
                int before = at;
                if (advance()) {
                    return take();
                }
                if (at == before) {
                    break;
                }
            }
            makeRoom();
            ByteBuffer room = ByteBuffer.wrap(buffer, filled, buffer.length - filled);
            boolean controlsOnly = commandsBegin == filled && begin < filled;
            int read = source.read(bufferAt + filled, room, controlsOnly ? 0 : waitNanos);
            filled += read;
            if (read == 0) {
                return controlsOnly ? takeControls() : null;
            }
        }
    }

    /** Goes on by one step, if its bytes are there; true when that completes a unit. */
    private boolean advance() {
        if (bulk != NO_BULK) {
            return word();
        }
        byte first = buffer[at];
        if (wordsMissing > 0) {
            if (first != '$') {
                throw malformed(at, seen(first), "'$' and the length of a word");
            }
            long length = header();
            if (length >= 0) {
                if (length > maxBulk) {
                    throw malformed(
                            at,
                            "a word of " + length + " bytes",
                            "at most " + maxBulk + ", as proto-max-bulk-len says");
                }
                bulk = (int) length;
            }
            return false;
        }
        if (first == '*') {
            int place = at;
            long words = header();
            if (words == 0 || words > Integer.MAX_VALUE / 8) {
                throw malformed(place, "a command of " + words + " words", "at least one");
            }
            if (words > 0) {
                wordsMissing = (int) words;
                boundCount = 0;
            }
            return false;
        }
        if (first == '\n' && !transaction) {
            at++;
            commandsBegin = at;
            return false;
        }
        throw malformed(at, seen(first), "'*' and the number of words of a command");
    }

    private boolean word() {
        if (filled - at < bulk + 2L) {
            return false;
        }
        int end = at + bulk;
        if (buffer[end] != '\r' || buffer[end + 1] != '\n') {
            throw malformed(end, "a word of more than the " + bulk + " bytes announced", "its end");
        }
        if (boundCount + 2 > bounds.length) {
            bounds = Arrays.copyOf(bounds, 2 * bounds.length);
        }
        bounds[boundCount++] = at;
        bounds[boundCount++] = bulk;
        at = end + 2;
        bulk = NO_BULK;
        return --wordsMissing == 0 && command();
    }

    /** The number in the header at hand, which is taken; -1 if it has not arrived as a whole. */
    private long header() {
        int end = at + 1;
        long number = 0;
        while (end < filled && buffer[end] >= '0' && buffer[end] <= '9') {
            if (end - at > 18) {
                throw malformed(at, "a number of more than 18 digits", "a length");
            }
            number = 10 * number + (buffer[end++] - '0');
        }
        if (end == filled || (end + 1 == filled && buffer[end] == '\r')) {
            return -1;
        }
        if (end == at + 1 || buffer[end] != '\r' || buffer[end + 1] != '\n') {
            throw malformed(end, seen(buffer[end]), "a number and the end of its line");
        }
        at = end + 2;
        return number;
    }

    /** A command is complete; true when a unit is. */
    private boolean command() {
        if (is("SELECT")) {
            select();
            if (!transaction) {
                commandsBegin = at;
            }
            return false;
        }
        if (transaction) {
            if (is("EXEC")) {
                return true;
            }
            if (is("MULTI") || is("DISCARD")) {
                throw malformed(at, "MULTI or DISCARD within a transaction", "its commands or EXEC");
            }
            keep();
            return false;
        }
        if (is("PING") || (is("REPLCONF") && boundCount >= 4 && is(1, "GETACK"))) {
            commandsBegin = at;
            return false;
        }
        if (is("MULTI")) {
            transaction = true;
            return false;
        }
        if (is("EXEC") || is("DISCARD")) {
            throw malformed(
                    at, "the end of a transaction", "its beginning before; was the stream taken up within one?");
        }
        keep();
        return true;
    }

    private void select() {
        int index = -1;
        if (boundCount == 4 && bounds[3] >= 1 && bounds[3] <= 9) {
            index = 0;
            for (int i = bounds[2]; i < bounds[2] + bounds[3] && index >= 0; i++) {
                index = buffer[i] >= '0' && buffer[i] <= '9' ? 10 * index + (buffer[i] - '0') : -1;
            }
        }
        if (index < 0) {
            throw malformed(at, "a SELECT that names no database", "its number");
        }
        database = index;
    }

    private void keep() {
        if (commands.size() == databases.length) {
            databases = Arrays.copyOf(databases, 2 * databases.length);
        }
        databases[commands.size()] = database;
        commands.add(Arrays.copyOf(bounds, boundCount));
    }

    private boolean is(String name) {
        return is(0, name);
    }

    private boolean is(int word, String name) {
        if (bounds[2 * word + 1] != name.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            int letter = buffer[bounds[2 * word] + i];
            if ((letter >= 'a' && letter <= 'z' ? letter - 32 : letter) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private Unit take() {
        byte[] data = Arrays.copyOfRange(buffer, commandsBegin, at);
        Words[] words = new Words[commands.size()];
        for (int i = 0; i < words.length; i++) {
            int[] places = moved(commands.get(i), commands.get(i).length, commandsBegin);
            words[i] = transaction ? new Words(data, places) : Words.encoded(data, places);
        }
        Unit unit = new Unit(
                bufferAt + begin, bufferAt + at, words, Arrays.copyOf(databases, words.length), database, transaction);
        commands.clear();
        transaction = false;
        begin = at;
        commandsBegin = at;
        return unit;
    }

    private Unit takeControls() {
        Unit unit = Unit.empty(bufferAt + begin, bufferAt + at, database);
        begin = at;
        return unit;
    }

    /** The places of words, every other of these numbers, after so many bytes before them are gone. */
    private static int[] moved(int[] places, int count, int by) {
        for (int i = 0; i < count; i += 2) {
            places[i] -= by;
        }
        return places;
    }

    /** Makes room to read into: in place of what has been taken, else by a larger buffer. */
    private void makeRoom() {
        if (filled < buffer.length && begin < filled) {
            return;
        }
        int kept = filled - begin;
        int size = buffer.length;
        if (kept < FIRST_ROOM / 2) {
            size = FIRST_ROOM; // a large unit is over
        } else if (begin == 0) {
            size = (int) Math.min(2L * size, MAX_UNIT);
            if (size == buffer.length) {
                throw malformed(
                        at, "a transaction of more than " + size + " bytes", "a smaller one; it cannot be kept");
            }
        }
        byte[] room = size == buffer.length ? buffer : new byte[size];
        System.arraycopy(buffer, begin, room, 0, kept);
        buffer = room;
        moved(bounds, boundCount, begin);
        for (int[] places : commands) {
            moved(places, places.length, begin);
        }
        bufferAt += begin;
        at -= begin;
        filled -= begin;
        commandsBegin -= begin;
        begin = 0;
    }

    /** The bytes of a stream may be secret, so that only one of them is shown. */
    private static String seen(byte found) {
        return found > ' ' && found < 127 ? "'" + (char) found + "'" : String.format("the byte 0x%02x", found);
    }

    private SyncException malformed(int place, String seen, String expected) {
        return new SyncException("Offset " + (bufferAt + place) + " of the replication stream has " + seen
                + "; expected " + expected + ". Nothing behind it can be trusted: start a new full copy");
    }
}
