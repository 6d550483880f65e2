package dev.lockstep.sync;

import java.nio.charset.StandardCharsets;

/** A short text for each slot of a Redis Cluster that, in braces, brings a key into it. */
final class SlotTags {

    private static final int RADIX = 36;
    private static final String[] TAGS = find();

    private SlotTags() {}

    /** The tag of a slot, without braces; always the same one. */
    static String of(int slot) {
        return TAGS[slot];
    }

    /** The first numbers that hit each slot: three or four letters and digits. */
    private static String[] find() {
        String[] tags = new String[Slots.COUNT];
        int left = tags.length;
        for (int number = 0; left > 0; number++) {
            String tag = Integer.toString(number, RADIX);
            int slot = Slots.of(tag.getBytes(StandardCharsets.US_ASCII));
            if (tags[slot] == null) {
                tags[slot] = tag;
                left--;
            }
        }
        return tags;
    }
}
