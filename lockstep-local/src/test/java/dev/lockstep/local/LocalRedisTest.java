package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalRedisTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "quo\"te", "back\\slash", "line\nbreak", "schlüssel"})
    void refusesPasswordsThatRedisWouldLose(String password) {
        assertThatThrownBy(() -> LocalRedis.standalone().password(password))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("printable ASCII")
                .hasMessageNotContaining("words");
    }

    @ParameterizedTest
    @ValueSource(strings = {"port", "dir", "requirepass", "replicaof"})
    void refusesDirectivesThatAreItsOwn(String name) {
        assertThatThrownBy(() -> LocalRedis.standalone().config(name, "1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + name + "'");
    }

    @Test
    void refusesASecondLineInAValue() {
        assertThatThrownBy(() -> LocalRedis.standalone().config("maxmemory", "1mb\nrequirepass x"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesShapesThatThereAreNot() {
        assertThatThrownBy(() -> LocalRedis.sentinel().shards(2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("LocalRedis.cluster()");
        LocalRedis watched = LocalRedis.cluster().sentinels(3).quorum(2);
        assertThatThrownBy(watched::start)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no sentinels");
        LocalRedis high = LocalRedis.cluster().port(65_531);
        assertThatThrownBy(high::start)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("65531 to 65536");
    }

    @Test
    void refusesAQuorumThatCannotBeReached() {
        LocalRedis plan = LocalRedis.sentinel().sentinels(3).quorum(4);
        assertThatThrownBy(plan::start)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 sentinels");
    }
}
