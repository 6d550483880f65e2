package dev.lockstep.topology;

/**
 * An inclusive range of hash slots.
 *
 * @param first 0 to 16383
 * @param last {@code first} to 16383
 */
public record SlotRange(int first, int last) {

    /** Every slot, as a deployment of one shard owns them. */
    public static final SlotRange ALL = new SlotRange(0, 16383);

    public SlotRange {
        if (first < 0 || last > 16383 || first > last) {
            throw new IllegalArgumentException("Slot range " + first + "-" + last + " is not within 0-16383");
        }
    }
}
