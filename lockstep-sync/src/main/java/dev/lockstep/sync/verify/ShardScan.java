package dev.lockstep.sync.verify;

import dev.lockstep.sync.SyncException;
import io.lettuce.core.RedisException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys of one shard in one database, page by page. Each that is there all the time comes at least once. Not thread-safe. */
final class ShardScan {
    /* A cursor means something only to the process that gave it. When another one has become the primary, or the same
     * has started anew, the scan begins again. */

    private static final int PAGE = 512;

    private final Side side;
    private final String shard;
    private final int database;
    private final byte @Nullable [] match;

    private String process = "";
    private String cursor = "0";
    private boolean ended;

    /** @param match the pattern by which the server chooses; null for all keys */
    ShardScan(Side side, String shard, int database, byte @Nullable [] match) {
        this.side = side;
        this.shard = shard;
        this.database = database;
        this.match = match;
    }

    /**
     * The next keys, perhaps none; null when all have been told.
     *
     * @throws SyncException if the shard refuses, or does not answer for longer than the deployment's timeout
     */
    @Nullable
    List<byte[]> next() throws InterruptedException {
        if (ended) {
            return null;
        }
        Retries retries = new Retries(side);
        while (side.hasShard(shard)) {
            try {
                NodeReads node = side.primary(shard, database);
                if (!node.runId().equals(process)) {
                    process = node.runId();
                    cursor = "0";
                }
                Page page = new Page();
                Ask ask = match == null
                        ? Ask.of(page, "SCAN", cursor, "COUNT", PAGE)
                        : Ask.of(page, "SCAN", cursor, "MATCH", match, "COUNT", PAGE);
                node.ask(List.of(ask));
                String refusal = ask.refusal();
                if (refusal == null) {
                    cursor = page.next;
                    ended = cursor.equals("0");
                    return page.keys;
                }
                if (refusal.startsWith("NO")) {
                    throw new SyncException("The " + side + " cannot be read: " + node.address() + " answers SCAN with "
                            + refusal + "; grant the user +scan");
                }
                retries.failed(node.address() + " answers SCAN with " + refusal);
            } catch (RedisException e) {
                retries.failed(String.valueOf(e.getMessage()));
            }
        }
        return null; // it gave its last slot away and left; whoever sweeps looks for them where they are now
    }

    private static final class Page implements Reply.Tokens {
        private final List<byte[]> keys = new ArrayList<>();
        private String next = "0";

        @Override
        public void text(@Nullable ByteBuffer bytes, int depth, int index) {
            if (bytes == null) {
                return;
            }
            if (depth == 1) {
                next = NodeReads.text(bytes);
            } else {
                byte[] key = new byte[bytes.remaining()];
                bytes.duplicate().get(key);
                keys.add(key);
            }
        }
    }
}
