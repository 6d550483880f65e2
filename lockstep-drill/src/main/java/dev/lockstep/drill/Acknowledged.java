package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The acknowledged writes of one list or counter that was read after the last call, each in the order of invocation. Of a
 * counter the last ones are taken to be gone.
 */
record Acknowledged(Key key, List<Call> there, List<Call> gone) {

    /** Of every key whose end bears witness: each element is pushed once, and each counter has one caller. */
    static List<Acknowledged> of(History history) {
        Map<Integer, List<Call>> writes = history.calls().stream()
                .filter(call -> call.ok() && (call.op().isAppend() || call.op() == Op.INCREMENT))
                .collect(Collectors.groupingBy(Call::key));
        List<Acknowledged> all = new ArrayList<>();
        for (Key key : history.keys()) {
            long[] held = history.finals().get(key.id());
            if (held != null && key.type() != Key.Type.REGISTER) {
                all.add(of(key, writes.getOrDefault(key.id(), List.of()), held));
            }
        }
        return all;
    }

    private static Acknowledged of(Key key, List<Call> writes, long[] held) {
        if (key.type() == Key.Type.COUNTER) {
            int there = (int) Math.min(writes.size(), Math.max(0, held[0]));
            return new Acknowledged(key, writes.subList(0, there), writes.subList(there, writes.size()));
        }
        Set<Long> elements = Arrays.stream(held).boxed().collect(Collectors.toSet());
        Map<Boolean, List<Call>> split =
                writes.stream().collect(Collectors.groupingBy(write -> elements.contains(write.value())));
        return new Acknowledged(key, split.getOrDefault(true, List.of()), split.getOrDefault(false, List.of()));
    }

    Stream<Call> all() {
        return Stream.concat(there.stream(), gone.stream());
    }

    int count() {
        return there.size() + gone.size();
    }

    boolean isList() {
        return key.type() == Key.Type.LIST;
    }
}
