package dev.lockstep.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The table of who owns which slots, and of which shards that makes. Everywhere: a, b and c are primaries, each x1 follows x. */
class SlotDecisionTest {

    private SlotDecision decision = SlotDecision.NONE;
    private ShardRoster roster = ShardRoster.NONE;
    private long now;

    /** {@code a 5 0-99}: a primary in an epoch, with slots; {@code a1 5 >a}: a replica. The first line is the teller's. */
    private ClusterWord word(String... lines) {
        List<ClusterNode> nodes = new ArrayList<>();
        for (String line : lines) {
            nodes.add(node(line, nodes.isEmpty()));
        }
        return new ClusterWord(address(nodes.get(0).id()), new ClusterNodes(nodes), ++now);
    }

    private static ClusterNode node(String line, boolean own) {
        String[] words = line.split(" ", -1);
        String follows = null;
        List<SlotRange> slots = new ArrayList<>();
        for (int i = 2; i < words.length; i++) {
            if (words[i].startsWith(">")) {
                follows = words[i].substring(1);
            } else {
                String[] ends = words[i].split("-", -1);
                slots.add(new SlotRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])));
            }
        }
        return new ClusterNode(
                words[0],
                address(words[0]),
                null,
                own,
                follows == null,
                follows,
                Long.parseLong(words[1]),
                false,
                slots);
    }

    private static NodeAddress address(String id) {
        return new NodeAddress(id, 1);
    }

    private void hear(ClusterWord... words) {
        decision = SlotDecision.of(decision, List.of(words));
        roster = ShardRoster.of(roster, decision);
    }

    private @Nullable String owner(int slot) {
        SlotMap.Claim claim = decision.slots().claim(slot);
        return claim == null ? null : claim.owner();
    }

    private Map<String, String> shards() {
        return roster.seats().stream().collect(Collectors.toMap(ShardRoster.Seat::name, ShardRoster.Seat::claimant));
    }

    private Set<String> members(String name) {
        return roster.seats().stream()
                .filter(seat -> seat.name().equals(name))
                .findFirst()
                .orElseThrow()
                .members();
    }

    private void start() {
        hear(
                word("a 1 0-99", "b 2 100-199", "a1 1 >a", "b1 2 >b"),
                word("b 2 100-199", "a 1 0-99", "a1 1 >a", "b1 2 >b"),
                word("a1 1 >a", "a 1 0-99", "b 2 100-199", "b1 2 >b"),
                word("b1 2 >b", "a 1 0-99", "b 2 100-199", "a1 1 >a"));
    }

    @Test
    void a_first_map() {
        start();

        assertThat(owner(0)).isEqualTo("a");
        assertThat(owner(199)).isEqualTo("b");
        assertThat(owner(200)).isNull();
        assertThat(decision.informed()).isTrue();
        assertThat(shards()).containsOnly(Map.entry("a", "a"), Map.entry("b", "b"));
        assertThat(members("a")).containsExactlyInAnyOrder("a", "a1");
    }

    @Test
    void one_node_is_enough_to_know_the_others() {
        hear(word("a1 1 >a", "a 1 0-99", "b 2 100-199", "b1 2 >b"));

        assertThat(shards()).containsOnly(Map.entry("a", "a"), Map.entry("b", "b"));
        assertThat(members("b")).containsExactlyInAnyOrder("b", "b1");
        assertThat(decision.informed()).isFalse();
    }

    @Test
    void a_promoted_replica_takes_the_seat_as_soon_as_it_says_so_itself() {
        start();
        hear(word("a1 3 0-99", "a 1", "b 2 100-199", "b1 2 >b"), word("b 2 100-199", "a 1 0-99", "a1 1 >a", "b1 2 >b"));

        assertThat(owner(50)).isEqualTo("a1");
        assertThat(shards()).containsOnly(Map.entry("a", "a1"), Map.entry("b", "b"));
        assertThat(members("a")).containsExactlyInAnyOrder("a", "a1");

        // the others know it too, the one that told it first falls silent
        hear(word("b 2 100-199", "a 1", "a1 3 0-99", "b1 2 >b"));
        assertThat(shards()).containsEntry("a", "a1");
    }

    @Test
    void what_was_decided_is_not_taken_back_when_only_older_maps_are_left() {
        start();
        hear(word("a1 3 0-99", "a 1", "b 2 100-199", "b1 2 >b"));
        hear(
                word("a 1 0-99", "a1 1 >a", "b 2 100-199", "b1 2 >b"),
                word("b 2 100-199", "a 1 0-99", "a1 1 >a", "b1 2 >b"),
                word("b1 2 >b", "a 1 0-99", "b 2 100-199", "a1 1 >a"));

        assertThat(owner(50)).isEqualTo("a1");
        assertThat(shards()).containsOnly(Map.entry("a", "a1"), Map.entry("b", "b"));
        assertThat(members("a")).as("the old one is no shard of its own").contains("a");
    }

    @Test
    void the_old_primary_that_returns_is_a_member_whatever_it_says() {
        hear(word("a1 3 0-99", "a 1", "b 2 100-199", "b1 2 >b"), word("a 1 0-99", "a1 1 >a", "b 2 100-199", "b1 2 >b"));

        assertThat(shards()).containsOnly(Map.entry("a1", "a1"), Map.entry("b", "b"));
        assertThat(members("a1")).contains("a");
    }

    @Test
    void a_slot_that_moves_goes_with_the_higher_epoch() {
        start();
        hear(
                word("a 1 0-99", "b 2 100-199", "a1 1 >a", "b1 2 >b"),
                word("b 3 7 100-199", "a 1 0-6 8-99", "a1 1 >a", "b1 3 >b"));

        assertThat(owner(7)).isEqualTo("b");
        assertThat(owner(8)).isEqualTo("a");
        assertThat(decision.slots().epoch("b")).isEqualTo(3);
        assertThat(shards()).containsOnly(Map.entry("a", "a"), Map.entry("b", "b"));
    }

    @Test
    void its_own_word_tells_what_a_node_gave_away() {
        start();
        // b had the highest epoch already; b1 has not heard of the move, nor of b's
        hear(
                word("a 1 0-6 8-99", "b 2 7 100-199", "a1 1 >a", "b1 2 >b"),
                word("b1 2 >b", "a 1 0-99", "b 2 100-199", "a1 1 >a"));

        assertThat(owner(7))
                .as("known by no claim of b yet, but a does not own it")
                .isNotEqualTo("a");
    }

    @Test
    void a_slot_that_its_owner_deletes_is_free_for_any_epoch() {
        start();
        hear(word("b 2 100-198", "a 1 0-99"), word("a 1 0-99", "b 2 100-199"));
        assertThat(owner(199)).isNull();

        hear(word("b 2 100-198", "a 1 0-99 199"), word("a 1 0-99 199", "b 2 100-198"));
        assertThat(owner(199)).isEqualTo("a");
    }

    @Test
    void a_view_of_a_few_forgets_nobody_and_an_informed_one_does() {
        start();
        hear(word("b1 2 >b", "b 2 100-199"));
        assertThat(owner(0)).isEqualTo("a");
        assertThat(shards()).containsKey("a");

        hear(word("b 2 0-199", "b1 2 >b"), word("b1 2 >b", "b 2 0-199"));
        assertThat(owner(0)).as("no newer claim, but nobody knows a any more").isEqualTo("b");
        assertThat(shards()).containsOnly(Map.entry("b", "b"));
    }

    @Test
    void a_node_of_another_cluster_has_no_say() {
        start();
        hear(
                word("b 2 100-199", "a 1 0-99", "a1 1 >a", "b1 2 >b"),
                word("a1 1 >a", "a 1 0-99", "b 2 100-199", "b1 2 >b"),
                word("z 99 0-16383"));

        assertThat(owner(0)).isEqualTo("a");
        assertThat(owner(300)).isNull();
        assertThat(decision.nodes()).doesNotContainKey("z");
    }

    @Test
    void a_cluster_that_was_made_anew_is_taken_as_it_is() {
        start();
        hear(word("y 1 0-16383"));

        assertThat(decision.informed()).isTrue();
        assertThat(owner(0)).isEqualTo("y");
        assertThat(shards()).containsOnly(Map.entry("y", "y"));
    }

    @Test
    void an_empty_primary_is_a_shard_once_it_says_so_itself() {
        start();
        hear(word("a 1 0-99", "b 2 100-199", "c 0"), word("b 2 100-199", "a 1 0-99", "c 0"));
        assertThat(shards()).doesNotContainKey("c");

        hear(word("a 1 0-99", "b 2 100-199", "c 0"), word("c 0", "a 1 0-99", "b 2 100-199"));
        assertThat(shards()).containsEntry("c", "c");

        hear(word("a 1 0-99", "b 2 100-199", "c 0"));
        assertThat(shards()).as("silent now").containsEntry("c", "c");
    }

    @Test
    void a_removed_node_that_still_knows_itself_is_forgotten() {
        start();
        hear(
                word("a 1 0-99", "b 2 100-199", "b1 2 >b"),
                word("b 2 100-199", "a 1 0-99", "b1 2 >b"),
                word("a1 1"),
                word("b1 2 >b", "a 1 0-99", "b 2 100-199"));

        assertThat(decision.nodes()).doesNotContainKey("a1");
        assertThat(members("a")).containsExactly("a");
    }

    @Test
    void a_primary_that_lost_its_last_slot_and_follows_another_gives_up_its_shard() {
        start();
        hear(word("a 1", "b 3 0-199", "a1 1 >a", "b1 3 >b"), word("b 3 0-199", "a 1", "a1 1 >a", "b1 3 >b"));
        assertThat(shards()).containsOnlyKeys("a", "b");

        hear(
                word("a 3 >b", "b 3 0-199", "a1 3 >b", "b1 3 >b"),
                word("b 3 0-199", "a 3 >b", "a1 1 >a", "b1 3 >b"),
                word("a1 3 >b", "a 3 >b", "b 3 0-199", "b1 3 >b"));
        assertThat(shards()).containsOnly(Map.entry("b", "b"));
        assertThat(members("b")).containsExactlyInAnyOrder("a", "a1", "b", "b1");
    }

    @Test
    void a_replica_that_migrates_moves_with_its_own_word() {
        start();
        hear(
                word("a 1 0-99", "b 2 100-199", "a1 1 >a", "b1 2 >b"),
                word("b1 1 >a", "a 1 0-99", "b 2 100-199", "a1 1 >a"));

        assertThat(members("a")).containsExactlyInAnyOrder("a", "a1", "b1");
        assertThat(members("b")).containsExactly("b");
    }

    @Test
    void a_replica_of_a_replica_belongs_to_the_same_shard() {
        hear(word("a 1 0-99", "a1 1 >a", "a2 1 >a1"));

        assertThat(members("a")).containsExactlyInAnyOrder("a", "a1", "a2");
    }

    @Test
    void the_seat_goes_to_the_member_that_has_most_of_the_slots() {
        // the primary had taken slot 200 a moment before it died; its replica did not know
        hear(
                word("0123456789 4 0-99 200", "b 2 100-199", "a1 1 >0123456789"),
                word("b 2 100-199", "0123456789 4 0-99 200", "a1 1 >0123456789"));
        hear(
                word("a1 5 0-99", "0123456789 4 200", "b 2 100-199"),
                word("b 2 100-199", "0123456789 4 200", "a1 5 0-99"));

        assertThat(shards())
                .containsOnly(Map.entry("01234567", "a1"), Map.entry("012345678", "0123456789"), Map.entry("b", "b"));
    }

    @Test
    void names_are_short_and_unique() {
        String one = "0123456789abcdef";
        String other = "01234567ffffffff";
        hear(word(one + " 1 0-9", other + " 2 10-19"));

        assertThat(shards()).containsOnly(Map.entry("01234567", one), Map.entry("01234567f", other));
    }

    @Test
    void a_node_that_does_not_know_its_address_is_where_it_was_asked_or_where_others_find_it() {
        ClusterNode own = node("a 1 0-99", true).at(null, null);
        ClusterWord alone = new ClusterWord(address("seed"), new ClusterNodes(List.of(own)), 1);
        hear(alone);
        assertThat(decision.nodes().get("a").address()).isEqualTo(address("seed"));

        ClusterNode other = node("b 2 100-199", false);
        hear(
                new ClusterWord(address("seed"), new ClusterNodes(List.of(own, other)), 2),
                word("b 2 100-199", "a 1 0-99"));
        assertThat(decision.nodes().get("a").address()).isEqualTo(address("a"));
    }
}
