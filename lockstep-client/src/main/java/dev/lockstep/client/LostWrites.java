package dev.lockstep.client;

import dev.lockstep.topology.Position;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Acknowledged writes that a failover or a restart took back, or that cannot be shown to have survived it.
 *
 * @param shard the shard's name
 * @param history the history that is valid now
 * @param writes what is gone, in the order of its execution; writes whose reply came in one batch share a position, so if
 *     the history ends within it, all of the batch are listed
 * @param forgotten acknowledged writes that were not yet known to be on all replicas, and that the journal had no room for:
 *     some of them may be lost too
 * @param confirmedToo whether earlier writes, which every replica had held, are gone as well, or nothing shows that they are
 *     not: a server came back with less than it had told. They are not remembered, and so not listed
 */
public record LostWrites(String shard, String history, List<Write> writes, long forgotten, boolean confirmedToo) {

    /**
     * One write.
     *
     * @param key what it wrote to, read-only; empty for a command without keys, such as FLUSHALL. One with several keys is
     *     listed once for each
     * @param position the end of the batch that it was executed in; null if that was never told
     * @param certain false if nothing tells whether the present history holds it
     * @param repaired whether the key is removed from the new primary, as {@link RepairPolicy#INVALIDATE} asks for
     */
    public record Write(ByteBuffer key, @Nullable Position position, boolean certain, boolean repaired) {

        /** The key as text, if it is UTF-8. */
        public String keyText() {
            return StandardCharsets.UTF_8.decode(key.duplicate()).toString();
        }

        @Override
        public String toString() {
            return keyText() + (position == null ? "" : " at " + position.brief()) + (certain ? "" : " perhaps");
        }
    }

    public LostWrites {
        writes = List.copyOf(writes);
    }

    /** How many, and the first keys, for people. */
    @Override
    public String toString() {
        String keys =
                String.join(", ", writes.stream().limit(5).map(Write::keyText).toList());
        String listed = writes.size() + " writes lost in shard " + shard
                + (writes.isEmpty() ? "" : " (" + keys + (writes.size() > 5 ? ", …" : "") + ")")
                + (forgotten == 0 ? "" : ", and " + forgotten + " that nothing is known of");
        return confirmedToo
                ? listed + "; and any that all its replicas had held may be lost too: a server came back with less"
                : listed;
    }
}
