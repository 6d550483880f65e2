package dev.lockstep.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.drill.CopyResult.Judged;
import dev.lockstep.drill.CopyResult.Kill;
import dev.lockstep.drill.CopyResult.Sample;
import dev.lockstep.drill.CopyResult.Struck;
import dev.lockstep.sync.SyncProgress.Phase;
import java.util.List;
import org.junit.jupiter.api.Test;

class CopyReportTest {

    private static final long SECOND = 1_000_000_000;

    private static CopyResult result(Verdict verdict, Judged judged) {
        return new CopyResult(
                CopyDrillSettings.random(7),
                CopyDrillSettings.Kind.SENTINEL,
                CopyDrillSettings.Kind.CLUSTER,
                20 * SECOND,
                List.of("source: Redis 7.0.15", "target: Redis 7.0.15"),
                List.of(
                        new Struck(CopyFault.KILL_COPIER, "the copier", Phase.FULL_COPY, SECOND, SECOND, 2 * SECOND),
                        new Struck(
                                CopyFault.KILL_SOURCE,
                                "source node-1",
                                Phase.LIVE,
                                9 * SECOND,
                                11 * SECOND,
                                15 * SECOND)),
                List.of(new Kill(SECOND, Phase.FULL_COPY), new Kill(10 * SECOND, Phase.LIVE)),
                List.of(),
                List.of(
                        new Sample(0, Phase.CONNECTING, 0, 0, 0),
                        new Sample(SECOND / 2, Phase.FULL_COPY, 0, 0, 100),
                        new Sample(8 * SECOND, Phase.LIVE, 4_096, 10, 900)),
                new CopyResult.Figures(4_000, 3, 1, 20_000, 120, 1),
                List.of(judged),
                verdict);
    }

    private final CopyResult good =
            result(new Verdict(Verdict.Kind.VALID, List.of()), new Judged("keys that differ", 20_000, 0, List.of()));

    @Test
    void saysWhatWasDoneAndThatNothingIsWrong() {
        assertThat(good.headline())
                .isEqualTo(
                        "The copy from sentinel to cluster is equal: 20,000 keys after 4,000 writes, 2 faults, 2 copiers"
                                + " killed, 1 of them in the full copy.");
        assertThat(good.faultsInShort()).isEqualTo("kill-copier@full-copy,kill-source@live,1*kill-copier@meanwhile");
        assertThat(CopyReport.html(good))
                .contains("VALID", "source node-1", "Nothing to show", "lockstep drill --workload sync --seed 7")
                .doesNotContain("{{")
                .doesNotContain("http:", "https:", "src=");
    }

    @Test
    void showsTheEvidence() {
        CopyResult bad = result(
                new Verdict(Verdict.Kind.INVALID, List.of("1 keys that differ, such as: <key> is missing")),
                new Judged("keys that differ", 20_000, 1, List.of("<key> is missing")));
        assertThat(bad.headline()).endsWith("1 keys that differ, such as: <key> is missing.");
        assertThat(CopyReport.html(bad)).contains("<li>&lt;key&gt; is missing</li>");
    }
}
