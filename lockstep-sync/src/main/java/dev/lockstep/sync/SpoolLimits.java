package dev.lockstep.sync;

/**
 * How much a spool may hold.
 *
 * @param bytes of all its files together, at most; snapshot and stream share them
 * @param segmentBytes after how many bytes a new file of the stream is begun; room is given back file by file
 */
record SpoolLimits(long bytes, int segmentBytes) {

    private static final int SEGMENT_BYTES = 64 << 20;

    SpoolLimits {
        if (bytes < 1 || segmentBytes < 1) {
            throw new IllegalArgumentException(
                    "A spool of " + bytes + " bytes in files of " + segmentBytes + "; expected more than none of both");
        }
    }

    /** Files of 64 MB, or smaller ones so that there are about eight. */
    static SpoolLimits of(long bytes) {
        return new SpoolLimits(bytes, (int) Math.max(1 << 20, Math.min(SEGMENT_BYTES, bytes / 8)));
    }
}
