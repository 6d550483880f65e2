package dev.lockstep.sync.verify;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** How a key is shown: as the text that it is, and what is no printable text of it as {@code \xHH}. */
final class KeyText {

    private KeyText() {}

    static String of(byte[] key) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(key))
                    .toString();
        } catch (CharacterCodingException notText) {
            text = new String(key, StandardCharsets.ISO_8859_1);
            return escaped(text, 0x7e);
        }
        return escaped(text, Character.MAX_CODE_POINT);
    }

    private static String escaped(String text, int lastPrintable) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (point == '\\' || point > lastPrintable || !isPrintable(point)) {
                escape(shown, point, lastPrintable);
            } else {
                shown.appendCodePoint(point);
            }
        });
        return shown.toString();
    }

    private static void escape(StringBuilder shown, int point, int lastPrintable) {
        byte[] bytes = lastPrintable < 0x80
                ? new byte[] {(byte) point}
                : new String(Character.toChars(point)).getBytes(StandardCharsets.UTF_8);
        for (byte next : bytes) {
            shown.append(String.format("\\x%02x", next));
        }
    }

    /** Not what moves the cursor, turns the direction of writing or cannot be seen. */
    private static boolean isPrintable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
