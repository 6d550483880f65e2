package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * What understands the answer to PSYNC and what follows it, however the bytes are cut: first a line, then the snapshot if
 * there is one, then the stream. Confined to one thread.
 */
final class PsyncDecoder {
    /* A snapshot comes in one of two frames. $<length> is followed by as many bytes. $EOF:<40 characters> is followed by
     * bytes without end, until these 40 come once more. They may be cut anywhere, and the stream may follow them at once.
     * What could be their beginning is held back until it is known whether it is.
     *
     * While a server prepares a snapshot it sends line feeds, so that nobody takes it for dead. They are no part of
     * anything. In the stream they would be: there every byte counts. */

    /** What has been understood. Whatever it throws ends the connection. */
    interface Intake {
        /** A full copy begins: its snapshot is of this position. */
        void copyBegins(String history, long offset) throws IOException;

        /** The snapshot has so many bytes; -1 if the server does not know. */
        void snapshotBegins(long length) throws IOException;

        void snapshot(ByteBuf bytes) throws IOException;

        void snapshotEnds() throws IOException;

        /** The stream goes on from where it was to; an empty history is the one that was asked for. */
        void continued(String history) throws IOException;

        void stream(ByteBuf bytes) throws IOException;

        /** The server will not, in its own words. Nothing follows. */
        void refused(String answer);
    }

    private enum Phase {
        ANSWER,
        FRAME,
        LENGTH,
        MARKER,
        STREAM,
        OVER
    }

    private static final int MARKER_LENGTH = 40;
    private static final int MAX_LINE = 1024;

    private final Intake intake;
    private final StringBuilder line = new StringBuilder();
    private Phase phase = Phase.ANSWER;
    private long left;
    private byte[] marker = new byte[0];
    private int[] fallback = new int[0];
    private int matched;

    PsyncDecoder(Intake intake) {
        this.intake = intake;
    }

    /**
     * Takes all of these bytes.
     *
     * @throws SyncException if this is not how a server answers
     * @throws IOException what the intake throws
     */
    void feed(ByteBuf bytes) throws IOException {
        while (bytes.isReadable()) {
            switch (phase) {
                case ANSWER -> {
                    if (readLine(bytes)) {
                        answer(takeLine());
                    }
                }
                case FRAME -> {
                    if (readLine(bytes)) {
                        frame(takeLine());
                    }
                }
                case LENGTH -> counted(bytes);
                case MARKER -> delimited(bytes);
                case STREAM -> {
                    intake.stream(bytes);
                    bytes.skipBytes(bytes.readableBytes());
                }
                case OVER -> bytes.skipBytes(bytes.readableBytes());
            }
        }
    }

    /** Whether a line that is not empty is complete now. */
    private boolean readLine(ByteBuf bytes) {
        while (bytes.isReadable()) {
            char next = (char) (bytes.readByte() & 0xff);
            if (next != '\n') {
                if (line.length() == MAX_LINE) {
                    throw unexpected("more than " + MAX_LINE + " bytes without a line feed");
                }
                line.append(next);
            } else if (!line.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private String takeLine() {
        int end = line.length();
        String text = line.substring(0, line.charAt(end - 1) == '\r' ? end - 1 : end);
        line.setLength(0);
        return text;
    }

    private void answer(String text) throws IOException {
        if (text.isEmpty()) {
            return;
        }
        if (text.startsWith("-")) {
            phase = Phase.OVER;
            intake.refused(text.substring(1));
            return;
        }
        String[] words = text.split(" ", -1);
        if (words[0].equals("+FULLRESYNC") && words.length == 3 && isHistory(words[1]) && isNumber(words[2])) {
            phase = Phase.FRAME;
            intake.copyBegins(words[1], Long.parseLong(words[2]));
        } else if (words[0].equals("+CONTINUE") && words.length <= 2 && (words.length == 1 || isHistory(words[1]))) {
            phase = Phase.STREAM;
            intake.continued(words.length == 1 ? "" : words[1]);
        } else {
            throw unexpected("'" + printable(text) + "'");
        }
    }

    private void frame(String text) throws IOException {
        if (text.isEmpty()) {
            return;
        }
        if (text.startsWith("-")) {
            phase = Phase.OVER;
            intake.refused(text.substring(1));
        } else if (text.startsWith("$EOF:") && text.length() == 5 + MARKER_LENGTH) {
            marker = text.substring(5).getBytes(StandardCharsets.ISO_8859_1);
            fallback = fallbacks(marker);
            matched = 0;
            phase = Phase.MARKER;
            intake.snapshotBegins(-1);
        } else if (text.startsWith("$") && isNumber(text.substring(1))) {
            left = Long.parseLong(text.substring(1));
            phase = Phase.LENGTH;
            intake.snapshotBegins(left);
            if (left == 0) {
                throw unexpected("a snapshot of no bytes");
            }
        } else {
            throw unexpected("'" + printable(text) + "' where a snapshot was to begin");
        }
    }

    private void counted(ByteBuf bytes) throws IOException {
        int count = (int) Math.min(left, bytes.readableBytes());
        intake.snapshot(bytes.readSlice(count));
        left -= count;
        if (left == 0) {
            phase = Phase.STREAM;
            intake.snapshotEnds();
        }
    }

    private void delimited(ByteBuf bytes) throws IOException {
        int from = bytes.readerIndex();
        int end = bytes.writerIndex();
        int heldBefore = matched; // of the marker, from earlier bytes
        int at = from;
        while (at < end && matched < MARKER_LENGTH) {
            if (matched == 0) {
                int next = bytes.indexOf(at, end, marker[0]);
                if (next < 0) {
                    at = end;
                    break;
                }
                at = next + 1;
                matched = 1;
            } else if (bytes.getByte(at) == marker[matched]) {
                at++;
                matched++;
            } else {
                matched = fallback[matched - 1];
            }
        }
        // What is content now: all that was held and all that has come, but for what may be, or is, the marker.
        int content = heldBefore + (at - from) - matched;
        int ofHeld = Math.min(heldBefore, content);
        if (ofHeld > 0) {
            intake.snapshot(Unpooled.wrappedBuffer(marker, 0, ofHeld));
        }
        if (content > ofHeld) {
            intake.snapshot(bytes.slice(from, content - ofHeld));
        }
        bytes.readerIndex(at);
        if (matched == MARKER_LENGTH) {
            phase = Phase.STREAM;
            intake.snapshotEnds();
        }
    }

    /** For each length of a match, the longest shorter one that ends with the same bytes. */
    private static int[] fallbacks(byte[] marker) {
        int[] fallback = new int[marker.length];
        for (int i = 1, length = 0; i < marker.length; ) {
            if (marker[i] == marker[length]) {
                fallback[i++] = ++length;
            } else if (length > 0) {
                length = fallback[length - 1];
            } else {
                i++;
            }
        }
        return fallback;
    }

    private static boolean isHistory(String word) {
        return word.matches("[0-9a-zA-Z]{40}");
    }

    private static boolean isNumber(String word) {
        return word.matches("\\d{1,18}");
    }

    private static String printable(String text) {
        String start = text.length() <= 60 ? text : text.substring(0, 60) + "…";
        return start.replaceAll("[^ -~…]", "?");
    }

    private static SyncException unexpected(String seen) {
        return new SyncException("Expected the answer of a Redis or Valkey server to PSYNC, got " + seen
                + ". Does a proxy stand between it and this process? Connect to the node itself.");
    }
}
