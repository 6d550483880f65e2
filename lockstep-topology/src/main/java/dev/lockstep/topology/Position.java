package dev.lockstep.topology;

/**
 * A point in a shard's stream of writes: how many bytes of which history.
 *
 * <p>Offsets of different histories do not compare by themselves; {@link HistoryGraph} knows how histories descend
 * from each other.
 *
 * @param history the replication id, 40 hexadecimal digits
 * @param offset bytes of the replication stream; on a replica the bytes it has applied, not merely received
 */
public record Position(String history, long offset) {

    /** {@code history@offset} with the history shortened to its first eight digits, for people. */
    public String brief() {
        return history.substring(0, Math.min(8, history.length())) + "@" + offset;
    }
}
