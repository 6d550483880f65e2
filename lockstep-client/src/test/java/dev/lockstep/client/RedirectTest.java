package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.topology.NodeAddress;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class RedirectTest {

    private static final NodeAddress FROM = new NodeAddress("10.0.0.1", 7000);

    private static Redirect read(String error) {
        return Redirect.read(error, FROM, UnaryOperator.identity());
    }

    @Test
    void readsWhereASlotIs() {
        assertThat(read("MOVED 3999 10.0.0.2:6381"))
                .isEqualTo(new Redirect(
                        Redirect.Kind.MOVED, 3999, new NodeAddress("10.0.0.2", 6381), "MOVED 3999 10.0.0.2:6381"));
        assertThat(read("ASK 3999 redis-2.example:6381").node()).isEqualTo(new NodeAddress("redis-2.example", 6381));
        assertThat(read("MOVED 1 2001:db8::1:6381").node()).isEqualTo(new NodeAddress("2001:db8::1", 6381));
    }

    @Test
    void aNodeThatDoesNotKnowItsHostMeansTheOneThatWasAsked() {
        assertThat(read("MOVED 3999 :6381").node()).isEqualTo(new NodeAddress("10.0.0.1", 6381));
        assertThat(read("MOVED 3999 ?:6381").node()).isEqualTo(new NodeAddress("10.0.0.1", 6381));
    }

    @Test
    void addressesAreTranslated() {
        Redirect read = Redirect.read(
                "MOVED 3999 10.0.0.2:6381", FROM, address -> new NodeAddress("outside", address.port() + 1));
        assertThat(read.node()).isEqualTo(new NodeAddress("outside", 6382));
    }

    @Test
    void whatNamesNobodyIsStillARedirect() {
        assertThat(read("MOVED nonsense")).isNotNull();
        assertThat(read("MOVED nonsense").node()).isNull();
        assertThat(read("TRYAGAIN Multiple keys request during rehashing of slot")
                        .kind())
                .isEqualTo(Redirect.Kind.TRYAGAIN);
        assertThat(read("CLUSTERDOWN The cluster is down").kind()).isEqualTo(Redirect.Kind.CLUSTERDOWN);
        assertThat(read("ERR no such key")).isNull();
    }
}
