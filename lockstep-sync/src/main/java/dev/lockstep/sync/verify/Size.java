package dev.lockstep.sync.verify;

/**
 * How large a value is, as far as the server tells.
 *
 * @param bytes what it takes in the server's memory, roughly
 */
record Size(long elements, long bytes) {

    /** What one answer brings, unless a single element is larger. */
    static final int PAGE_BYTES = 256 << 10;

    /** What is asked for as a whole. */
    private static final int SMALL_BYTES = 64 << 10;

    private static final int MOST_PER_PAGE = 5_000;

    boolean isSmall() {
        return bytes <= SMALL_BYTES;
    }

    /** How many elements are a page. */
    long page() {
        long each = Math.max(1, bytes / Math.max(1, elements));
        return Math.max(1, Math.min(MOST_PER_PAGE, PAGE_BYTES / each));
    }

    long expectedBytes() {
        return Math.min(bytes, PAGE_BYTES);
    }
}
