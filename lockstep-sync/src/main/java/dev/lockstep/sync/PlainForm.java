package dev.lockstep.sync;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The form of a replicated command in which it does on an equal copy what it did at the source, whatever the clock says
 * and whoever has been there before.
 *
 * <p>Why it may differ from what was sent: a condition has been checked already, at the source, or else nothing would have
 * been sent. Checked once more, it could only fail where it must not: on a key that the full copy has brought with a later
 * time or that the target has let expire. So {@code NX}, {@code XX}, {@code GT}, {@code LT} and their like are left out, and
 * what must not exist is replaced. Times are absolute and in milliseconds: servers before 7.0 send relative ones. Conditions
 * of ZADD stay, because they hold for each of its members by itself, and an equal copy decides them alike.
 */
final class PlainForm {

    private PlainForm() {}

    /**
     * The plain form of a command; the same object if it is plain already.
     *
     * @param database in which it is carried out
     * @param now the time at the source when it was carried out there, in milliseconds since 1970; used for relative times
     * @throws IndexOutOfBoundsException if a word is missing, or is an option that is not known
     * @throws IllegalArgumentException if a part of what the source did is left to whoever carries it out
     * @throws NumberFormatException if a word is not the number that it has to be
     * @throws ArithmeticException if a time is out of all bounds
     */
    static Words of(ReplicatedCommand command, Words words, int database, long now) {
        return switch (command) {
            case SET -> set(words, now);
            case SETNX, GETSET -> rename("SET", words);
            case SETEX -> timed(words, now + seconds(words, 2));
            case PSETEX -> timed(words, now + words.number(2));
            case GETEX -> getex(words, now);
            case GETDEL, DELEX, DELIFEQ -> new Line("DEL").add(words, 1).words();
            case MSETNX -> rename("MSET", words);
            case MSETEX -> msetex(words, now);
            case EXPIRE -> expireAt(words, now + seconds(words, 2));
            case PEXPIRE -> expireAt(words, now + words.number(2));
            case EXPIREAT -> expireAt(words, seconds(words, 2));
            case PEXPIREAT -> words.count() == 3 ? words : expireAt(words, words.number(2));
            case RENAMENX -> rename("RENAME", words);
            case COPY -> copy(words, database);
            case RESTORE, RESTORE_ASKING -> restore(words, now);
            case HEXPIRE -> fieldsExpireAt(words, now + seconds(words, 2));
            case HPEXPIRE -> fieldsExpireAt(words, now + words.number(2));
            case HEXPIREAT -> fieldsExpireAt(words, seconds(words, 2));
            case HPEXPIREAT -> words.is(3, "FIELDS") ? words : fieldsExpireAt(words, words.number(2));
            case HGETDEL ->
                new Line("HDEL").add(words, 1).rest(words, fields(words, 2) + 2).words();
            case HGETEX -> hgetex(words, now);
            case HSETEX -> hsetex(words, now);
            case XADD -> xadd(words);
            case XTRIM -> xtrim(words);
            case FUNCTION_LOAD -> words.is(2, "REPLACE") ? words : functions(words, "LOAD", true);
            case FUNCTION_RESTORE -> functions(words, "RESTORE", false);
            default -> words;
        };
    }

    /** A time as options tell it: {@code EX}, {@code PX}, {@code EXAT} or {@code PXAT}, and a number. */
    private static boolean isTime(Words words, int place) {
        return words.is(place, "EX") || words.is(place, "PX") || words.is(place, "EXAT") || words.is(place, "PXAT");
    }

    private static long time(Words words, int place, long now) {
        boolean inSeconds = words.is(place, "EX") || words.is(place, "EXAT");
        long number = inSeconds ? seconds(words, place + 1) : words.number(place + 1);
        return words.is(place, "EX") || words.is(place, "PX") ? now + number : number;
    }

    private static long seconds(Words words, int place) {
        return Math.multiplyExact(words.number(place), 1000L);
    }

    private static Words rename(String name, Words words) {
        return words.with(0, name.getBytes(StandardCharsets.US_ASCII));
    }

    private static Words set(Words words, long now) {
        if (words.count() == 3
                || (words.count() == 5 && words.is(3, "PXAT"))
                || (words.count() == 4 && words.is(3, "KEEPTTL"))) {
            return words;
        }
        Line line = new Line("SET").add(words, 1).add(words, 2);
        for (int i = 3; i < words.count(); i++) {
            if (isTime(words, i)) {
                line.add("PXAT").add(time(words, i, now));
                i++;
            } else if (words.is(i, "KEEPTTL")) {
                line.add("KEEPTTL");
            } else if (words.is(i, "IFEQ") || words.is(i, "IFNE") || words.is(i, "IFDEQ") || words.is(i, "IFDNE")) {
                i++;
            } else if (!words.is(i, "NX") && !words.is(i, "XX") && !words.is(i, "GET")) {
                throw unknownOption(i);
            }
        }
        return line.words();
    }

    private static Words timed(Words words, long at) {
        return new Line("SET").add(words, 1).add(words, 3).add("PXAT").add(at).words();
    }

    private static Words getex(Words words, long now) {
        if (words.is(2, "PERSIST")) {
            return new Line("PERSIST").add(words, 1).words();
        }
        if (!isTime(words, 2)) {
            throw unknownOption(2);
        }
        return new Line("PEXPIREAT").add(words, 1).add(time(words, 2, now)).words();
    }

    private static Words msetex(Words words, long now) {
        long pairs = words.number(1);
        Line line = new Line("MSETEX");
        int i = 1;
        for (; i < 2 + 2 * pairs; i++) {
            line.add(words, i);
        }
        for (; i < words.count(); i++) {
            if (isTime(words, i)) {
                line.add("PXAT").add(time(words, i, now));
                i++;
            } else if (words.is(i, "KEEPTTL")) {
                line.add("KEEPTTL");
            } else if (!words.is(i, "NX") && !words.is(i, "XX")) {
                throw unknownOption(i);
            }
        }
        return line.words();
    }

    private static Words expireAt(Words words, long at) {
        return new Line("PEXPIREAT").add(words, 1).add(at).words();
    }

    private static Words copy(Words words, int database) {
        Line line = new Line("COPY").add(words, 1).add(words, 2);
        for (int i = 3; i < words.count(); i++) {
            if (words.is(i, "DB")) {
                long other = words.number(++i);
                if (other != database) {
                    line.add("DB").add(other);
                }
            } else if (!words.is(i, "REPLACE")) {
                throw unknownOption(i);
            }
        }
        return line.add("REPLACE").words();
    }

    private static Words restore(Words words, long now) {
        boolean absolute = false;
        boolean replaces = false;
        for (int i = 4; i < words.count(); i++) {
            absolute |= words.is(i, "ABSTTL");
            replaces |= words.is(i, "REPLACE");
        }
        long ttl = words.number(2);
        if (words.is(0, "RESTORE") && replaces && (absolute || ttl == 0)) {
            return words;
        }
        Line line = new Line("RESTORE").add(words, 1).add(absolute || ttl == 0 ? ttl : now + ttl);
        line.rest(words, 3);
        if (!replaces) {
            line.add("REPLACE");
        }
        if (!absolute) {
            line.add("ABSTTL");
        }
        return line.words();
    }

    /** Where the names of a hash's fields begin: at the word FIELDS. */
    private static int fields(Words words, int from) {
        int at = from;
        while (!words.is(at, "FIELDS")) {
            at++;
        }
        return at;
    }

    private static Words fieldsExpireAt(Words words, long at) {
        return new Line("HPEXPIREAT")
                .add(words, 1)
                .add(at)
                .rest(words, fields(words, 3))
                .words();
    }

    private static Words hgetex(Words words, long now) {
        if (words.is(2, "PERSIST")) {
            return new Line("HPERSIST")
                    .add(words, 1)
                    .rest(words, fields(words, 3))
                    .words();
        }
        if (!isTime(words, 2)) {
            throw unknownOption(2);
        }
        return fieldsExpireAt(words, time(words, 2, now));
    }

    private static Words hsetex(Words words, long now) {
        if (words.is(2, "FIELDS")
                || (words.is(2, "KEEPTTL") && words.is(3, "FIELDS"))
                || (words.is(2, "PXAT") && words.is(4, "FIELDS"))) {
            return words;
        }
        Line line = new Line("HSETEX").add(words, 1);
        int i = 2;
        for (; !words.is(i, "FIELDS"); i++) {
            if (isTime(words, i)) {
                line.add("PXAT").add(time(words, i, now));
                i++;
            } else if (words.is(i, "KEEPTTL")) {
                line.add("KEEPTTL");
            } else if (!words.is(i, "FNX") && !words.is(i, "FXX") && !words.is(i, "NX") && !words.is(i, "XX")) {
                throw unknownOption(i);
            }
        }
        return line.rest(words, i).words();
    }

    /**
     * The limit of an approximate trimming stays in what is sent, though the trimming has become an exact one by then. Only
     * from its primary does a server accept that; an exact trimming knows no limit.
     */
    private static Words xtrim(Words words) {
        for (int i = 2; i < words.count(); i++) {
            if (words.is(i, "LIMIT")) {
                return words.without(i + 1).without(i);
            }
        }
        return words;
    }

    private static Words xadd(Words words) {
        int limit = -1;
        int i = 2;
        for (boolean option = true; option; ) {
            if (words.is(i, "NOMKSTREAM") || words.is(i, "KEEPREF") || words.is(i, "DELREF") || words.is(i, "ACKED")) {
                i++;
            } else if (words.is(i, "MAXLEN") || words.is(i, "MINID")) {
                i += words.is(i + 1, "=") || words.is(i + 1, "~") ? 3 : 2;
            } else if (words.is(i, "IDMPAUTO")) {
                i += 2;
            } else if (words.is(i, "IDMP")) {
                i += 3;
            } else if (words.is(i, "LIMIT")) {
                limit = i;
                i += 2;
            } else {
                option = false;
            }
        }
        if (words.text(i).endsWith("*")) {
            throw new IllegalArgumentException("the source has not put in the id of the entry");
        }
        return limit < 0 ? words : words.without(limit + 1).without(limit);
    }

    /** Loading and restoring libraries replaces what is there, so that the same word of several source shards is no error. */
    private static Words functions(Words words, String verb, boolean optionFirst) {
        if (!optionFirst && words.count() > 3 && !words.is(3, "APPEND")) {
            return words;
        }
        Line line = new Line("FUNCTION").add(verb);
        return optionFirst
                ? line.add("REPLACE").add(words, 2).words()
                : line.add(words, 2).add("REPLACE").words();
    }

    private static IndexOutOfBoundsException unknownOption(int place) {
        return new IndexOutOfBoundsException("word " + place + " is not an option of this command that is known");
    }

    /** A command that grows word by word. */
    private static final class Line {
        private final List<byte[]> words = new ArrayList<>();

        Line(String name) {
            add(name);
        }

        Line add(String word) {
            words.add(word.getBytes(StandardCharsets.US_ASCII));
            return this;
        }

        Line add(long number) {
            return add(Long.toString(number));
        }

        Line add(Words from, int place) {
            words.add(from.bytes(place));
            return this;
        }

        Line rest(Words from, int place) {
            for (int i = place; i < from.count(); i++) {
                add(from, i);
            }
            return this;
        }

        Words words() {
            return Words.of(words.toArray(byte[][]::new));
        }
    }
}
