package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * One command as the words that it came in: its name and its arguments, bytes as they were sent. Immutable as long as
 * nobody changes the bytes that it was made of.
 */
final class Words {

    private final byte[] data;
    /** Start and length of each word. */
    private final int[] bounds;
    /** Whether the bytes are the command as it is sent, no more and no less. */
    private final boolean encoded;

    /**
     * @param data in which the words lie
     * @param bounds start and length of each, at least one
     */
    Words(byte[] data, int[] bounds) {
        this(data, bounds, false);
    }

    private Words(byte[] data, int[] bounds, boolean encoded) {
        this.data = data;
        this.bounds = bounds;
        this.encoded = encoded;
    }

    /**
     * A command that came in as these bytes, and need not be put together again when it is sent on.
     *
     * @param data an array of bulk strings
     * @param bounds start and length of each word in it
     */
    static Words encoded(byte[] data, int[] bounds) {
        return new Words(data, bounds, true);
    }

    /** A command of texts. */
    static Words of(String... words) {
        byte[][] bytes = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            bytes[i] = words[i].getBytes(StandardCharsets.UTF_8);
        }
        return of(bytes);
    }

    /** A command of such words, which are copied. */
    static Words of(byte[]... words) {
        int length = 0;
        for (byte[] word : words) {
            length += word.length;
        }
        byte[] data = new byte[length];
        int[] bounds = new int[2 * words.length];
        int at = 0;
        for (int i = 0; i < words.length; i++) {
            System.arraycopy(words[i], 0, data, at, words[i].length);
            bounds[2 * i] = at;
            bounds[2 * i + 1] = words[i].length;
            at += words[i].length;
        }
        return new Words(data, bounds);
    }

    int count() {
        return bounds.length / 2;
    }

    /** The length of all words together. */
    int bytes() {
        int sum = 0;
        for (int i = 1; i < bounds.length; i += 2) {
            sum += bounds[i];
        }
        return sum;
    }

    /** The first word in upper case. */
    String name() {
        return text(0).toUpperCase(Locale.ROOT);
    }

    String text(int word) {
        return new String(data, bounds[2 * word], bounds[2 * word + 1], StandardCharsets.UTF_8);
    }

    byte[] bytes(int word) {
        return Arrays.copyOfRange(data, bounds[2 * word], bounds[2 * word] + bounds[2 * word + 1]);
    }

    /** A view of a word, to be read only. */
    ByteBuffer view(int word) {
        return ByteBuffer.wrap(data, bounds[2 * word], bounds[2 * word + 1])
                .slice()
                .asReadOnlyBuffer();
    }

    /** Whether a word begins with these bytes. */
    boolean begins(int word, byte[] beginning) {
        int from = bounds[2 * word];
        return bounds[2 * word + 1] >= beginning.length
                && Arrays.equals(data, from, from + beginning.length, beginning, 0, beginning.length);
    }

    /** Whether a word is this option, in whatever case. */
    boolean is(int word, String upperCase) {
        int from = bounds[2 * word];
        int length = bounds[2 * word + 1];
        if (length != upperCase.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            int letter = data[from + i];
            int upper = letter >= 'a' && letter <= 'z' ? letter - 32 : letter;
            if (upper != upperCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * A word that stands for an integer.
     *
     * @throws NumberFormatException if it does not
     */
    long number(int word) {
        return Long.parseLong(text(word));
    }

    /** The slot of a Redis Cluster that a key belongs to. */
    int slot(int word) {
        return Slots.of(data, bounds[2 * word], bounds[2 * word + 1]);
    }

    /** The same command with one word exchanged. */
    Words with(int word, byte[] other) {
        byte[][] words = new byte[count()][];
        for (int i = 0; i < words.length; i++) {
            words[i] = i == word ? other : bytes(i);
        }
        return of(words);
    }

    /** The same command without one of its words. */
    Words without(int word) {
        byte[][] words = new byte[count() - 1][];
        for (int i = 0; i < words.length; i++) {
            words[i] = bytes(i < word ? i : i + 1);
        }
        return of(words);
    }

    /** Appends it as a server expects it: an array of bulk strings. */
    void writeTo(ByteBuf out) {
        if (encoded) {
            out.writeBytes(data);
            return;
        }
        Resp.header(out, '*', count());
        for (int i = 0; i < count(); i++) {
            Resp.bulk(out, data, bounds[2 * i], bounds[2 * i + 1]);
        }
    }

    /** For people: the name and the first arguments, shortened. Values may be secret, so only keys' places are shown. */
    @Override
    public String toString() {
        return name() + " (" + count() + " words)";
    }
}
