package dev.lockstep.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class GossipTest {
    private static final String TWO = """
            07c37df 127.0.0.1:30004@31004,,shard-id=6 slave e7d1eec 0 1426238317239 4 connected
            e7d1eec 127.0.0.1:30001@31001 myself,master - 0 0 1 connected 0-5460 [93-<-07c37df]
            """;

    @Test
    void readsWhoOwnsSlots() {
        assertThat(Gossip.parse(TWO)).isEqualTo(new Gossip(2, Set.of(30_001), ""));
    }

    @Test
    void noticesWhoeverIsThoughtDeadOrNotReached() {
        assertThat(Gossip.parse(TWO.replace("slave", "slave,fail?")).trouble()).contains("slave,fail? and connected");
        assertThat(Gossip.parse(TWO.replace("4 connected", "4 disconnected")).trouble())
                .contains("slave and disconnected");
        assertThat(Gossip.parse(TWO).refusing().trouble()).isEqualTo("the cluster is down");
    }

    @Test
    void takesNothingForNobody() {
        assertThat(Gossip.parse("")).isEqualTo(new Gossip(0, Set.of(), ""));
        assertThat(Gossip.parse("ERR").trouble()).isEqualTo("it says \"ERR\"");
    }
}
