package dev.lockstep.drill;

import static dev.lockstep.drill.DrillSettings.Topology.SENTINEL;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The result of a drill that never took place: the story, with a good client and one that reads any replica. */
final class MadeUpDrill {
    private static final long SECOND = 1_000_000_000;
    private static final long LENGTH = 45 * SECOND;
    private static final long KILL = 20 * SECOND;

    private MadeUpDrill() {}

    static DrillResult story() {
        DrillSettings settings = DrillSettings.story(SENTINEL);
        List<FaultWindow> faults = List.of(
                new FaultWindow(FaultKind.KILL_REPLICA, "node-2", 0, 3 * SECOND, 8 * SECOND, 9 * SECOND),
                new FaultWindow(FaultKind.ADD_REPLICA, "node-4", 0, 12 * SECOND, 12 * SECOND, 14 * SECOND),
                new FaultWindow(FaultKind.KILL_PRIMARY, "node-1", 0, KILL, 26 * SECOND, 38 * SECOND));
        List<NodeLane> nodes = List.of(
                new NodeLane(
                        "node-1",
                        List.of(
                                span(NodeLane.State.PRIMARY, 0, 20),
                                span(NodeLane.State.DOWN, 20, 26),
                                span(NodeLane.State.OUSTED, 26, 36),
                                span(NodeLane.State.CATCHING_UP, 36, 38),
                                span(NodeLane.State.REPLICA, 38, 45))),
                new NodeLane(
                        "node-2",
                        List.of(
                                span(NodeLane.State.REPLICA, 0, 3), span(NodeLane.State.DOWN, 3, 8),
                                span(NodeLane.State.CATCHING_UP, 8, 9), span(NodeLane.State.REPLICA, 9, 45))),
                new NodeLane(
                        "node-3", List.of(span(NodeLane.State.REPLICA, 0, 21), span(NodeLane.State.PRIMARY, 21, 45))),
                new NodeLane(
                        "node-4",
                        List.of(
                                span(NodeLane.State.DOWN, 0, 12),
                                span(NodeLane.State.CATCHING_UP, 12, 13),
                                span(NodeLane.State.REPLICA, 13, 45))));
        List<String> servers = List.of(
                "Redis 7.0.15",
                "redis.conf: appendonly yes",
                "sentinel.conf: sentinel down-after-milliseconds mymaster 1000");
        return new DrillResult(
                settings,
                LENGTH,
                servers,
                faults,
                1,
                nodes,
                List.of(client("Lockstep", faults, 1.6, 0), client("Plain Lettuce", faults, 6.8, 0.02)));
    }

    private static NodeLane.Span span(NodeLane.State state, long from, long to) {
        return new NodeLane.Span(state, from * SECOND, to * SECOND);
    }

    private static ClientResult client(String name, List<FaultWindow> faults, double outage, double stale) {
        SplittableRandom random = new SplittableRandom(7);
        List<Key> keys = new ArrayList<>();
        List<Call> calls = new ArrayList<>();
        Map<Integer, long[]> finals = new HashMap<>();
        for (int thread = 0; thread < 16; thread++) {
            keys.add(new Key(2 * thread, "r" + thread, Key.Type.REGISTER, thread, 0));
            keys.add(new Key(2 * thread + 1, "c" + thread, Key.Type.COUNTER, thread, 0));
            Actor actor = new Actor(thread, thread, thread < 13 ? 0 : 100_000_000);
            long written = 0;
            long counted = 0;
            for (long at = thread * 100_000; at < LENGTH; at += 8_000_000) {
                boolean out = at > KILL && at < KILL + (long) (outage * SECOND);
                Op op = thread >= 13
                        ? random.nextBoolean() ? Op.READ_BOUNDED : Op.READ_NEAR_BOUNDED
                        : List.of(Op.WRITE, Op.READ_REPLICA, Op.READ_PRIMARY, Op.READ_REPLICA, Op.INCREMENT)
                                .get(random.nextInt(5));
                boolean primary = op == Op.WRITE || op == Op.INCREMENT || op == Op.READ_PRIMARY;
                if (out && primary) {
                    long ends = KILL + (long) (outage * SECOND);
                    if (outage > 5) {
                        calls.add(new Call(actor, op, 2 * thread, 0, at, at + 5 * SECOND, Script.TIMED_OUT));
                        at = Math.max(ends, at + 5 * SECOND);
                        continue;
                    }
                    at = ends;
                }
                int key = op == Op.INCREMENT ? 2 * thread + 1 : 2 * thread;
                long value = switch (op) {
                    case WRITE -> ++written;
                    case INCREMENT -> ++counted;
                    case READ_REPLICA -> random.nextDouble() < stale ? Math.max(0, written - 1) : written;
                    default -> written;
                };
                calls.add(new Call(actor, op, key, value, at, at + 150_000 + random.nextInt(400_000), Outcome.OK));
            }
            finals.put(2 * thread, new long[] {written});
            finals.put(2 * thread + 1, new long[] {counted});
        }
        keys.add(new Key(32, "d", Key.Type.LIST, 0, 0));
        calls.add(new Call(new Actor(0, 0, 0), Op.APPEND_DURABLE, 32, 1, SECOND, SECOND + 400_000, Outcome.OK));
        finals.put(32, new long[] {1});
        History history = new History(keys, calls, Tellings.NONE, List.of(), finals, Placement.single());
        return Judge.judge(
                name,
                List.of("timeout 5s", "socketTimeout 500ms"),
                history,
                new Judge.Surroundings(faults, LENGTH, true, null),
                12_345);
    }
}
