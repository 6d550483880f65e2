package dev.lockstep.sync.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.sync.RateLimit;
import dev.lockstep.topology.NodeAddress;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The small rules of a comparison: redirections, slots on the move, functions, the rate. */
class VerifyPartsTest {

    private static final NodeAddress HERE = new NodeAddress("10.0.0.9", 7000);

    @Test
    void aRedirectionSaysWhereAndWhetherForOnce() {
        assertThat(Redirect.of("MOVED 3999 10.0.0.1:6381", HERE))
                .isEqualTo(new Redirect(new NodeAddress("10.0.0.1", 6381), false));
        assertThat(Redirect.of("ASK 3999 ::1:6381", HERE)).isEqualTo(new Redirect(new NodeAddress("::1", 6381), true));
        assertThat(Redirect.of("MOVED 3999 :6381", HERE))
                .isEqualTo(new Redirect(new NodeAddress("10.0.0.9", 6381), false));
        assertThat(Redirect.of("MOVED 3999 ?:6381", HERE))
                .isEqualTo(new Redirect(new NodeAddress("10.0.0.9", 6381), false));
        assertThat(Redirect.of("MOVED", HERE)).isNull();
        assertThat(Redirect.of("TRYAGAIN now", HERE)).isNull();
    }

    @Test
    void slotsOnTheMoveAreThoseOfTheNodeItself() {
        BitSet moving = new BitSet();
        Facts.movingSlots("""
                07c 127.0.0.1:30004@31004 master - 0 1 4 connected 0-5460 [7->-67e]
                67e 127.0.0.1:30002@31002 myself,master - 0 0 2 connected 5461-10922 [93-<-292] [77->-e7d]
                """, moving);
        assertThat(Sweep.text(moving)).isEqualTo("77, 93");
        moving.set(78);
        assertThat(Sweep.text(moving)).isEqualTo("77-78, 93");
    }

    @Test
    void functionsAreComparedWithEveryShard() {
        Map<String, Map<String, String>> source = Map.of("a", Map.of("lib", "LUA\n1", "gone", "LUA\n2"));
        assertThat(Facts.differences(source, source)).isEmpty();
        assertThat(Facts.differences(source, Map.of("t", Map.of("lib", "LUA\nX", "new", "LUA\n3"))))
                .isEqualTo(List.of(
                        "library gone: missing in the target",
                        "library lib: other code in the target",
                        "library new: only in the target"));
    }

    @Test
    void theRateIsHeldOverTime() {
        AtomicLong now = new AtomicLong(5_000_000_000L);
        RateLimit rate = new RateLimit(1_000, now::get);
        assertThat(rate.reserve(500)).isZero();
        assertThat(rate.reserve(500)).isEqualTo(500_000_000);
        now.addAndGet(600_000_000);
        assertThat(rate.reserve(100)).isEqualTo(400_000_000);
        now.addAndGet(60_000_000_000L);
        assertThat(rate.reserve(1)).as("what was not used is not saved up").isZero();
        assertThat(new RateLimit(0, now::get).reserve(1_000_000)).isZero();
    }
}
