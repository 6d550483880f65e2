package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A walk over all keys of a copy that its target has in some slots: to remove those that do not belong there, or to put their true times of
 * expiry in place. What the copy keeps for itself is passed over. Confined to one thread.
 */
final class Sweep {

    private static final int FEW_PAGES = 100;
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

    /** Removes the keys that are known not to be in this set. */
    void allBut(KeyHashes present) throws Setback, InterruptedException {
        walk(-1, (node, outlet, database, keys) -> {
                    keys.removeIf(key -> !present.lacks(database, ByteBuffer.wrap(key)));
                    remove(outlet, keys);
                })
                .run();
    }

    /** Whether no such key is found. If there may be many others to be looked through, they are not: then it says no. */
    boolean findsNothing() throws Setback, InterruptedException {
        boolean[] found = {false};
        KeyWalk walk = walk(-1, (node, outlet, database, keys) -> found[0] |= !keys.isEmpty());
        for (int page = 0; page < FEW_PAGES; page++) {
            boolean more = walk.page();
            if (found[0]) {
                return false;
            }
            if (!more) {
                return true;
            }
        }
        return false;
    }

    /** Puts true times in the place of those with {@link Expiries#GRACE grace}, page by page. */
    KeyWalk trueTimes() throws Setback, InterruptedException {
        return new KeyWalk(
                outlets,
                new KeyWalk.Scope(slots, selection, -1),
                KeyWalk.Wanted.EXPIRING,
                patience,
                (node, outlet, database, keys) -> trueTimes(outlet, keys));
    }

    /** The same for keys of one node and of its database that is selected. */
    static void trueTimes(Outlet outlet, List<byte[]> keys) throws Setback, InterruptedException {
        long[] times = new long[keys.size()];
        int[] told = {0};
        call(
                outlet,
                keys,
                PEXPIRETIME,
                null,
                reply -> times[told[0]++] = reply instanceof Reply.Count time ? time.value() : -1);
        List<byte[]> graced = new ArrayList<>();
        List<byte[]> late = new ArrayList<>();
        for (int i = 0; i < times.length; i++) {
            if (Expiries.isGraced(times[i])) {
                graced.add(keys.get(i));
                late.add(number(Expiries.trueTime(times[i])));
            }
        }
        call(outlet, graced, PEXPIREAT, late, reply -> {});
    }

    private static byte[] number(long number) {
        return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    private KeyWalk walk(int only, KeyWalk.Step step) throws Setback, InterruptedException {
        return new KeyWalk(outlets, new KeyWalk.Scope(slots, selection, only), KeyWalk.Wanted.ALL, patience, step);
    }

    private static void remove(Outlet outlet, List<byte[]> keys) throws Setback, InterruptedException {
        call(outlet, keys, UNLINK, null, reply -> {});
    }

    /**
     * Sends a command for each of these keys, all at once, and waits for the replies.
     *
     * @param more what stands behind each key; null for nothing
     */
    private static void call(
            Outlet outlet, List<byte[]> keys, byte[] command, @Nullable List<byte[]> more, Consumer<Reply> receiver)
            throws Setback, InterruptedException {
        if (keys.isEmpty()) {
            return;
        }
        outlet.take(keys.size());
        ByteBuf out = outlet.link().buffer(64 * keys.size());
        for (int i = 0; i < keys.size(); i++) {
            Resp.header(out, '*', more == null ? 2 : 3);
            Resp.bulk(out, command);
            Resp.bulk(out, keys.get(i));
            if (more != null) {
                Resp.bulk(out, more.get(i));
            }
        }
        outlet.send(out, keys.size(), reply -> {
            if (reply instanceof Reply.Failure failure) {
                outlet.fail(new Outlet.Trouble(
                        outlet.node() + " answered " + new String(command, StandardCharsets.US_ASCII) + " with: "
                                + failure.text(),
                        !Refusal.isPassing(failure),
                        -1));
            }
            receiver.accept(reply);
        });
        outlet.drain();
    }
}
