package dev.lockstep.client;

import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One step of a SCAN over all shards of a Redis Cluster, one shard after the other, by name. Its cursor is {@code
 * name-cursor}: the shard that it is in, and the cursor there.
 *
 * @param shard where the step is made
 * @param shards all of them, by name
 * @param cursor the cursor there
 */
record ShardScan(ShardRoute shard, List<ShardRoute> shards, String cursor) {

    private static final String END = "0";

    /** @throws NotSentException if the cursor names a shard that is no more */
    static ShardScan at(String cursor, List<ShardRoute> all) {
        List<ShardRoute> shards = new ArrayList<>(all);
        shards.sort(Comparator.comparing(ShardRoute::name));
        int dash = cursor.lastIndexOf('-');
        if (dash < 0 && cursor.equals(END)) {
            return new ShardScan(shards.get(0), shards, END);
        }
        for (ShardRoute shard : shards) {
            if (dash > 0 && shard.name().equals(cursor.substring(0, dash))) {
                return new ShardScan(shard, shards, cursor.substring(dash + 1));
            }
        }
        throw new NotSentException(
                "SCAN was not sent: its cursor " + cursor
                        + " belongs to no shard of this cluster. Take the cursor that the last step returned, or begin again with 0");
    }

    String about() {
        return "shard " + shard.name();
    }

    /** The step with the shard's own cursor. */
    Request request(List<ByteBuffer> arguments) {
        List<ByteBuffer> own = new ArrayList<>(arguments);
        own.set(0, ByteBuffer.wrap(cursor.getBytes(StandardCharsets.US_ASCII)));
        return Request.of(CommandType.SCAN, own);
    }

    /** Plays the shard's reply with the cursor of the whole iteration. */
    void play(Part step, CommandOutput<?, ?, ?> target) {
        ByteBuffer told = step.reply().strings().get(0);
        String next = told == null
                ? END
                : StandardCharsets.US_ASCII.decode(told.duplicate()).toString();
        step.reply().withFirst(after(next)).replay(target);
    }

    private String after(String next) {
        if (!next.equals(END)) {
            return shard.name() + "-" + next;
        }
        int following = shards.indexOf(shard) + 1;
        return following < shards.size() ? shards.get(following).name() + "-" + END : END;
    }
}
