package dev.lockstep.drill;

import static dev.lockstep.drill.Script.BOUNDED_100;
import static dev.lockstep.drill.Script.WRITER;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JudgeTest {
    private static final FaultWindow FAULT = new FaultWindow(
            FaultKind.KILL_REPLICA, "node-2", 0, Script.millis(100), Script.millis(200), Script.millis(1_000));

    /** A history in which every checker has something to judge, with one read a millisecond. */
    private static Script healthy(int reads) {
        Script script = new Script()
                .write(1, 10)
                .increment(1, 20)
                .append(1, 30)
                .appendDurably(1, 35)
                .read(BOUNDED_100, Op.READ_BOUNDED, 1, 40)
                .read(BOUNDED_100, Op.READ_NEAR_BOUNDED, 1, 45)
                .read(WRITER, Op.READ_PRIMARY, 1, 50)
                .finals(Script.REGISTER, 1)
                .finals(1, 0)
                .finals(Script.COUNTER, 1)
                .finals(Script.LIST, 1)
                .finals(Script.DURABLE_LIST, 1)
                .finals(Script.LIST_ON_ONE);
        for (int i = 0; i < reads; i++) {
            script.read(WRITER, Op.READ_REPLICA, 1, 150 + i);
        }
        return script;
    }

    private static Verdict verdict(Script script, long readsByReplica, @Nullable String problem) {
        Judge.Surroundings around = new Judge.Surroundings(List.of(FAULT), Script.millis(1_000), true, problem);
        return Judge.judge("client", List.of(), script.history(), around, readsByReplica)
                .verdict();
    }

    @Test
    void isValidIfEverythingWasSeenAndNothingBroken() {
        assertThat(verdict(healthy(200), 5, null)).isEqualTo(new Verdict(Verdict.Kind.VALID, List.of()));
    }

    @Test
    void isInvalidWithOneBrokenPromise() {
        Verdict verdict = verdict(healthy(200).read(WRITER, Op.READ_REPLICA, 0, 600), 5, null);

        assertThat(verdict.kind()).isEqualTo(Verdict.Kind.INVALID);
        assertThat(verdict.reasons()).containsExactly("own write not read: 1 of 202 judged");
    }

    @Test
    void isUnknownIfAFaultMetTooFewCallsOfItsShard() {
        assertThat(verdict(healthy(200).sharded(), 5, null).kind()).isEqualTo(Verdict.Kind.VALID);

        Verdict verdict = verdict(healthy(200).sharded().moved(0, 1, 60, 70), 5, null);

        assertThat(verdict.kind()).isEqualTo(Verdict.Kind.UNKNOWN);
        assertThat(verdict.reasons())
                .containsExactly(
                        "Only 0 calls of its shard fell into the fault \"node-2 killed, back later\"; 100 are needed");
    }

    @Test
    void isUnknownIfAFaultMetTooFewCalls() {
        Verdict verdict = verdict(healthy(199), 5, null);

        assertThat(verdict.kind()).isEqualTo(Verdict.Kind.UNKNOWN);
        assertThat(verdict.reasons())
                .containsExactly("Only 199 calls fell into the fault \"node-2 killed, back later\"; 200 are needed");
    }

    @Test
    void isUnknownIfNoReplicaServedARead() {
        assertThat(verdict(healthy(200), 0, null).reasons())
                .containsExactly("No read was served by a replica, although one was up");
    }

    @Test
    void isUnknownIfTheFaultsCouldNotBeDone() {
        assertThat(verdict(healthy(200), 5, "no luck"))
                .isEqualTo(new Verdict(Verdict.Kind.UNKNOWN, List.of("no luck")));
    }

    @Test
    void isUnknownIfAKeyCouldNotBeReadAfterTheLastCall() {
        Script script = new Script().increment(1, 20);
        for (int i = 0; i < 200; i++) {
            script.read(WRITER, Op.READ_PRIMARY, 0, 150 + i)
                    .read(BOUNDED_100, Op.READ_BOUNDED, 0, 150 + i)
                    .read(BOUNDED_100, Op.READ_NEAR_BOUNDED, 0, 150 + i);
        }

        assertThat(verdict(script, 5, null).kind()).isEqualTo(Verdict.Kind.UNKNOWN);
    }

    @Test
    void isInvalidEvenIfNotEverythingWasSeen() {
        assertThat(verdict(new Script().write(1, 10).read(WRITER, Op.READ_SESSION, 0, 20), 0, null)
                        .kind())
                .isEqualTo(Verdict.Kind.INVALID);
    }
}
