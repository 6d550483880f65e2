package dev.lockstep.drill;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The acknowledged appends of a history whose lists were read after the last call, and which of them are gone. */
final class Appends {
    private final List<Call> acknowledged;
    private final Set<List<Long>> held = new HashSet<>();

    Appends(History history) {
        history.finals().forEach((key, elements) -> {
            if (history.keys().get(key).type() == Key.Type.LIST) {
                for (long element : elements) {
                    held.add(List.of((long) key, element));
                }
            }
        });
        acknowledged = history.calls().stream()
                .filter(call ->
                        call.op().isAppend() && call.ok() && history.finals().containsKey(call.key()))
                .toList();
    }

    /** In the order of their invocation. */
    List<Call> acknowledged() {
        return acknowledged;
    }

    /** The same, of one key. */
    List<Call> acknowledged(Key key) {
        return acknowledged.stream().filter(call -> call.key() == key.id()).toList();
    }

    boolean isGone(Call append) {
        return !held.contains(List.of((long) append.key(), append.value()));
    }
}
