package dev.lockstep.sync;

/** A key as it stands in a message: shortened, and with what does not print written as {@code \xhh}. */
final class KeyText {

    private static final int SHOWN = 100;

    private KeyText() {}

    static String of(byte[] data, int from, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < from + Math.min(length, SHOWN); i++) {
            int letter = data[i] & 0xff;
            if (letter >= ' ' && letter <= '~' && letter != '\\' && letter != '\'') {
                text.append((char) letter);
            } else {
                text.append("\\x")
                        .append(Character.forDigit(letter >> 4, 16))
                        .append(Character.forDigit(letter & 15, 16));
            }
        }
        return length > SHOWN
                ? text.append("… (").append(length).append(" bytes)").toString()
                : text.toString();
    }
}
