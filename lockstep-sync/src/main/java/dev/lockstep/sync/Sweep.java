package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A walk over all keys of a copy that its target has in some slots: to remove those that do not belong there, or to put their true times of
 * expiry in place. What the copy keeps for itself is passed over. Confined to one thread.
 */
final class Sweep {

    private static final byte[] UNLINK = "UNLINK".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PEXPIRETIME = "PEXPIRETIME".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PEXPIREAT = "PEXPIREAT".getBytes(StandardCharsets.US_ASCII);

    private final Outlets outlets;
    private final BitSet slots;
    private final Selection selection;
    private final Duration patience;

    /** @param slots by which keys are chosen; those of a Redis Cluster, even if the target is none */
    Sweep(Outlets outlets, BitSet slots, Selection selection, Duration patience) {
        this.selection = selection;
        this.outlets = outlets;
        this.slots = slots;
        this.patience = patience;
    }

    /** Removes all keys, of one database or (-1) of all. */
    void all(int only) throws Setback, InterruptedException {
        walk(only, (node, outlet, database, keys) -> remove(outlet, keys)).run();
    }

    /** Removes the keys that are not in this set. */
    void allBut(SnapshotKeys present) throws Setback, InterruptedException {
        walk(-1, (node, outlet, database, keys) -> {
                    keys.removeIf(key -> present.contains(database, ByteBuffer.wrap(key)));
                    remove(outlet, keys);
                })
                .run();
    }

    /** Puts true times in the place of those with {@link Expiries#GRACE grace}, page by page. */
    KeyWalk trueTimes() throws Setback, InterruptedException {
        return walk(-1, (node, outlet, database, keys) -> {
            List<CompletableFuture<Reply>> times = new ArrayList<>();
            for (byte[] key : keys) {
                times.add(node.send(Words.of(PEXPIRETIME, key)));
            }
            List<CompletableFuture<Reply>> set = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                if (node.answer(times.get(i), Words.of(PEXPIRETIME)) instanceof Reply.Count time
                        && Expiries.isGraced(time.value())) {
                    set.add(node.send(Words.of(PEXPIREAT, keys.get(i), number(Expiries.trueTime(time.value())))));
                }
            }
            for (CompletableFuture<Reply> each : set) {
                node.answer(each, Words.of(PEXPIREAT));
            }
        });
    }

    private static byte[] number(long number) {
        return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    private KeyWalk walk(int only, KeyWalk.Step step) throws Setback, InterruptedException {
        return new KeyWalk(outlets, new KeyWalk.Scope(slots, selection, only), patience, step);
    }

    private static void remove(Outlet outlet, List<byte[]> keys) throws Setback, InterruptedException {
        if (keys.isEmpty()) {
            return;
        }
        outlet.take(keys.size());
        ByteBuf out = outlet.link().buffer(64 * keys.size());
        for (byte[] key : keys) {
            Resp.header(out, '*', 2);
            Resp.bulk(out, UNLINK);
            Resp.bulk(out, key);
        }
        outlet.send(out, keys.size(), reply -> {
            if (reply instanceof Reply.Failure failure) {
                outlet.fail(new Outlet.Trouble(
                        outlet.node() + " answered UNLINK with: " + failure.text(), !Refusal.isPassing(failure), -1));
            }
        });
        outlet.drain();
    }
}
