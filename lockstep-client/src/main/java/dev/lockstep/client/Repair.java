package dev.lockstep.client;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that a failover left with an old value and that are to be removed from the new primary, until that has said that
 * they are gone. Thread-safe.
 */
final class Repair {
    /* The removals are the first thing that is written to a new primary, before the calls that were held: what it answers
     * afterwards it answers without these keys. If it is lost before it has answered, they are sent to the next one. */

    private static final Logger log = LoggerFactory.getLogger(Repair.class);
    private static final int KEYS_AT_ONCE = 500;

    private final ShardRoute shard;
    private final Losses losses;
    private final Set<ByteBuffer> keys = new LinkedHashSet<>(); // guarded by this

    Repair(ShardRoute shard, Losses losses) {
        this.shard = shard;
        this.losses = losses;
    }

    /** Has these keys removed; they are sent with the next {@link #sendOn}. */
    synchronized void wants(List<LostWrites.Write> lost) {
        for (LostWrites.Write write : lost) {
            if (write.repaired()) {
                keys.add(ByteBuffer.wrap(bytes(write.key())));
            }
        }
    }

    /** Writes what is to be removed; false if there is nothing. */
    boolean sendOn(NodeLink link) {
        Map<Integer, List<ByteBuffer>> bySlot = new LinkedHashMap<>();
        synchronized (this) {
            for (ByteBuffer key : keys) {
                int slot = shard.slotsMove() ? Request.slot(key) : -1;
                bySlot.computeIfAbsent(slot, s -> new ArrayList<>()).add(key);
            }
        }
        for (List<ByteBuffer> some : bySlot.values()) {
            for (int from = 0; from < some.size(); from += KEYS_AT_ONCE) {
                List<ByteBuffer> chunk = some.subList(from, Math.min(some.size(), from + KEYS_AT_ONCE));
                link.send(new Attempt(unlink(chunk), link, new Removal(chunk)));
            }
        }
        return !bySlot.isEmpty();
    }

    private static Command<byte[], byte[], Long> unlink(List<ByteBuffer> keys) {
        CommandArgs<byte[], byte[]> args = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        keys.forEach(key -> args.addKey(bytes(key)));
        return new Command<>(CommandType.UNLINK, new IntegerOutput<>(ByteArrayCodec.INSTANCE), args);
    }

    private static byte[] bytes(ByteBuffer key) {
        byte[] bytes = new byte[key.remaining()];
        key.duplicate().get(bytes);
        return bytes;
    }

    private final class Removal implements Attempt.Own {
        private final List<ByteBuffer> removed;

        Removal(List<ByteBuffer> removed) {
            this.removed = List.copyOf(removed);
        }

        @Override
        public void answered(Attempt attempt, NodeLink link) {
            String error = attempt.error();
            if (error != null && shard.primary().isMisplaced(error)) {
                return; // the next primary gets them
            }
            synchronized (Repair.this) {
                removed.forEach(keys::remove);
            }
            if (error == null) {
                shard.stats().repaired.add(removed.size());
                // a write like any other: should the next failover take it back, the keys have their old values again
                losses.wrote(
                        attempt.mark, Request.of(CommandType.UNLINK, removed), KeySpec.ALL, RepairPolicy.INVALIDATE);
            } else {
                log.warn(
                        "Shard {}: {} keys with lost writes could not be removed from {}, and may show an old value: {}",
                        shard.name(),
                        removed.size(),
                        link,
                        error);
            }
        }

        @Override
        public void lost() {}
    }
}
