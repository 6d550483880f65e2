package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A history written by hand, in milliseconds: key 0 and 1 are registers, 2 a counter, 3 a list; thread 0 writes all. */
final class Script {
    static final Actor WRITER = new Actor(0, 0, 0);
    static final Actor OTHER = new Actor(1, 1, 0);
    static final Actor SHARED = new Actor(2, Actor.SHARED, 0);
    static final Actor SHARED_TOO = new Actor(3, Actor.SHARED, 0);
    static final Actor BOUNDED_100 = new Actor(4, Actor.SHARED, millis(100));
    static final Outcome NOT_SENT = new Outcome(Outcome.Kind.NOT_APPLIED, "not sent");
    static final Outcome TIMED_OUT = new Outcome(Outcome.Kind.UNKNOWN, "timed out");
    static final Outcome STALE = new Outcome(Outcome.Kind.TOLD, "stale");
    static final int REGISTER = 0;
    static final int COUNTER = 2;
    static final int LIST = 3;
    static final int DURABLE_LIST = 4;
    static final int LIST_ON_ONE = 5;

    private static final List<Key> KEYS = List.of(
            new Key(0, "r0", Key.Type.REGISTER, 0, 0),
            new Key(1, "r1", Key.Type.REGISTER, 0, 0),
            new Key(2, "c", Key.Type.COUNTER, 0, 0),
            new Key(3, "l", Key.Type.LIST, 0, 0),
            new Key(4, "d", Key.Type.LIST, 0, 0),
            new Key(5, "o", Key.Type.LIST, 0, 0));

    private final List<Call> calls = new ArrayList<>();
    private final List<Told> told = new ArrayList<>();
    private final List<Tellings.Emptied> emptied = new ArrayList<>();
    private final Map<String, Long> lost = new HashMap<>();
    private Placement placement = Placement.single();
    private final List<PrimaryChange> changes = new ArrayList<>();
    private final Map<Integer, long[]> finals = new HashMap<>();

    static long millis(long millis) {
        return millis * 1_000_000;
    }

    Script call(Actor actor, Op op, int key, long value, long from, Outcome outcome) {
        calls.add(new Call(actor, op, key, value, millis(from), millis(from + 1), outcome));
        return this;
    }

    Script write(long value, long from) {
        return call(WRITER, Op.WRITE, REGISTER, value, from, Outcome.OK);
    }

    Script read(Actor actor, Op op, long value, long from) {
        return call(actor, op, REGISTER, value, from, Outcome.OK);
    }

    Script increment(long answer, long from) {
        return call(WRITER, Op.INCREMENT, COUNTER, answer, from, Outcome.OK);
    }

    Script append(long element, long from) {
        return call(WRITER, Op.APPEND, LIST, element, from, Outcome.OK);
    }

    Script appendDurably(long element, long from) {
        return call(WRITER, Op.APPEND_DURABLE, DURABLE_LIST, element, from, Outcome.OK);
    }

    /** The client tells that so many writes to the key are lost. */
    Script toldLost(int key, long writes) {
        lost.put(KEYS.get(key).name(), writes);
        return this;
    }

    /** The client tells that the shard may have lost even what all its replicas had held. */
    Script toldEmptied(long at) {
        emptied.add(new Tellings.Emptied(millis(at), 0));
        return this;
    }

    Script told(int session, long at) {
        return told(session, 0, at);
    }

    Script told(int session, int shard, long at) {
        told.add(new Told(millis(at), session, shard));
        return this;
    }

    Script failover(long before, long after) {
        return failover(0, before, after);
    }

    Script failover(int shard, long before, long after) {
        changes.add(new PrimaryChange(shard, millis(before), millis(after), "a", "b"));
        return this;
    }

    /** There are two shards; slot 0, which has every key here, begins in the first one. */
    Script sharded() {
        placement = Placement.of(new int[Placement.SLOTS], 2);
        return this;
    }

    /** Every key moves to another shard. */
    Script moved(int from, int to, long began, long ended) {
        Placement.Move move = new Placement.Move(Set.of(0), from, to, millis(began), Long.MAX_VALUE);
        placement.begins(move);
        placement.ends(move, millis(ended));
        return this;
    }

    Script finals(int key, long... values) {
        finals.put(key, values);
        return this;
    }

    History history() {
        return new History(KEYS, calls, new Tellings(told, lost, emptied), changes, finals, placement);
    }

    /** The anomalies that a checker finds, one per violation. */
    List<Anomaly> judgedBy(Checker checker) {
        return checker.check(history()).stream()
                .flatMap(finding -> finding.violations().stream())
                .map(Violation::anomaly)
                .toList();
    }
}
