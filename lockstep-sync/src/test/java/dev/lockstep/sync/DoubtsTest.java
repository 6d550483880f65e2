package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class DoubtsTest {

    private final Doubts doubts = new Doubts(Selection.ALL);

    private static DatabaseKey key(int database, String name) {
        return DatabaseKey.of(database, name.getBytes(StandardCharsets.UTF_8));
    }

    private boolean follow(String command) {
        return doubts.follow(0, Words.of(command.split(" ")));
    }

    @Test
    void whatIsMadeOfAKeyInDoubtIsInDoubt() {
        doubts.add(key(0, "a"));
        assertThat(follow("SUNIONSTORE d x y")).isFalse();
        assertThat(follow("SUNIONSTORE d x a")).isTrue();
        assertThat(follow("RENAME d e")).isTrue();
        assertThat(follow("COPY e f DB 3 REPLACE")).isTrue();
        assertThat(doubts.contains(key(0, "e"))).isTrue();
        assertThat(doubts.contains(key(3, "f"))).isTrue();
        assertThat(doubts.contains(key(0, "x"))).isFalse();
        assertThat(doubts.follow(1, Words.of("RENAME", "a", "b"))).isFalse();
    }

    @Test
    void databasesThatChangePlacesTakeTheirDoubtsAlong() {
        doubts.add(key(0, "a"));
        follow("SWAPDB 0 2");
        assertThat(doubts.contains(key(2, "a"))).isTrue();
    }

    @Test
    void whatTheCopyKeepsForItselfIsNeverInDoubt() {
        doubts.told(
                new Applied(0, Words.of("SUNIONSTORE", "d", Checkpoint.key(0) + ":copy:2"), ExpectedReply.ANY), "why");
        doubts.take();
        assertThat(doubts.first(10)).containsExactly(key(0, "d"));
    }

    @Test
    void eachIsToBeWrittenOnce() {
        doubts.begin(List.of(key(0, "remembered")), true);
        doubts.add(key(0, "new"));
        doubts.add(key(0, "remembered"));
        assertThat(doubts.unwritten()).containsExactly(key(0, "new"));
        assertThat(doubts.unwritten()).isEmpty();
        doubts.mended(key(0, "new"));
        doubts.mended(key(0, "remembered"));
        assertThat(doubts.isEmpty()).isTrue();
    }

    @Test
    void tooManyAreNotCopiedOneByOne() {
        for (int i = 0; i < Doubts.MOST; i++) {
            doubts.add(key(0, "k" + i));
        }
        assertThatThrownBy(() -> doubts.add(key(0, "one more"))).isInstanceOf(Divergence.class);
    }
}
