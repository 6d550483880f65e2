package dev.lockstep.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WorkloadTest {
    private final Crew crew = Crew.of(16, 3);
    private final Keyspace keyspace = new Keyspace("client", crew.writers());

    private Workload workload(int thread) {
        return new Workload(crew.actors().get(thread), crew, keyspace, 3);
    }

    @Test
    void isTheSameForTheSameSeed() {
        Workload one = workload(4);
        Workload same = workload(4);

        for (int i = 0; i < 1_000; i++) {
            assertThat(one.next()).isEqualTo(same.next());
        }
    }

    @Test
    void changesOnlyKeysOfItsOwnThreadAndCountsUp() {
        Map<String, Long> last = new HashMap<>();
        Workload workload = workload(10);
        for (int i = 0; i < 10_000; i++) {
            Workload.Next next = workload.next();
            if (!next.op().isRead()) {
                assertThat(next.key().writer()).isEqualTo(10);
            }
            if (next.op() == Op.WRITE || next.op().isAppend()) {
                assertThat(next.value()).isEqualTo(last.merge(next.key().name(), 1L, Long::sum));
            }
        }
    }

    @Test
    void makesEverySortOfCall() {
        Set<Op> made = EnumSet.noneOf(Op.class);
        for (int thread = 0; thread < 16; thread++) {
            Workload workload = workload(thread);
            for (int i = 0; i < 1_000; i++) {
                made.add(workload.next().op());
            }
        }

        assertThat(made).isEqualTo(EnumSet.allOf(Op.class));
    }

    @Test
    void hasOwnSessionsSharedViewsAndBoundedReaders() {
        assertThat(crew.actors()).hasSize(16);
        assertThat(crew.writers()).isEqualTo(11);
        assertThat(crew.shared()).isEqualTo(4);
        assertThat(crew.actors().stream().filter(a -> a.session() != Actor.SHARED))
                .hasSize(9);
        assertThat(crew.actors().stream().filter(a -> a.boundNanos() > 0))
                .hasSize(3)
                .allMatch(a -> a.boundNanos() >= 50_000_000 && a.boundNanos() < 500_000_000);
    }

    @Test
    void spreadsRegistersAndListsOverAllShardsOfACluster() {
        for (String client : List.of("Lockstep", "Plain Lettuce")) {
            Map<Integer, Map<Key.Type, Long>> spread = new Keyspace(client, crew.writers())
                    .keys().stream()
                            .collect(Collectors.groupingBy(
                                    key -> key.slot() * 3 / Placement.SLOTS,
                                    Collectors.groupingBy(Key::type, Collectors.counting())));

            assertThat(spread).hasSize(3).allSatisfy((shard, types) -> {
                assertThat(types.get(Key.Type.REGISTER)).isGreaterThanOrEqualTo(8);
                assertThat(types.get(Key.Type.LIST)).isGreaterThanOrEqualTo(2);
            });
        }
    }

    @Test
    void recognisesItsOwnValuesOnly() {
        Key key = keyspace.register(2, 1);

        assertThat(Keyspace.sequence(key, Keyspace.value(key, 17))).isEqualTo(17);
        assertThat(Keyspace.sequence(key, null)).isZero();
        assertThat(Keyspace.sequence(key, Keyspace.value(keyspace.register(2, 2), 17)))
                .isEqualTo(Call.FOREIGN);
        assertThat(Keyspace.sequence(key, "x")).isEqualTo(Call.FOREIGN);
        assertThat(Keyspace.sequence(key, Keyspace.value(key, 17) + "x")).isEqualTo(Call.FOREIGN);
    }
}
