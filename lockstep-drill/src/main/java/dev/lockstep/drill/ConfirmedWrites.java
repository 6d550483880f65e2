package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The acknowledged writes of every register in the order of time, for "what must anyone have seen by then". */
final class ConfirmedWrites {
    private final History history;
    private final LossWindows losses;
    private final Map<Integer, List<Call>> byKey = new HashMap<>();

    ConfirmedWrites(History history) {
        this.history = history;
        this.losses = new LossWindows(history);
        for (Call call : history.calls()) {
            if (call.op() == Op.WRITE && call.ok()) {
                byKey.computeIfAbsent(call.key(), key -> new ArrayList<>()).add(call);
            }
        }
        // One writer per key writes one value after the other, so this is also the order of values.
        byKey.values().forEach(writes -> writes.sort(Comparator.comparingLong(Call::returned)));
    }

    /**
     * The newest write of the key that was confirmed before {@code limit} and cannot have been lost for a read that ends
     * at {@code readEnds}; null if there is none.
     */
    @Nullable
    Call newestBefore(int key, long limit, long readEnds) {
        List<Call> writes = byKey.getOrDefault(key, List.of());
        int low = 0;
        int high = writes.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (writes.get(middle).returned() < limit) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        int slot = history.keys().get(key).slot();
        for (int i = low - 1; i >= 0; i--) {
            if (!losses.mayBeLost(slot, writes.get(i).returned(), readEnds)) {
                return writes.get(i);
            }
        }
        return null;
    }
}
