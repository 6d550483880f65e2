package dev.lockstep.drill;

import static dev.lockstep.drill.CopyDrillSettings.Kind.STANDALONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalServer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** That the judges of a drill of copies find what they look for. */
class CopyControlIT {

    private static CopySide side(String name) {
        return CopySide.start(name, STANDALONE, false, DrillIT.serverBin());
    }

    private static void write(LocalServer server, String... commands) {
        for (String command : commands) {
            server.command(command.split(" ", -1));
        }
    }

    private static final String[] ALL = {
        "SET string value PXAT 9999999999999",
        "INCRBY counter:1 5",
        "RPUSH list:1 a b a",
        "SADD set 1 2 three",
        "ZADD zset 1 one 2.5 two",
        "HSET hash f v g w",
        "XADD stream 1-1 f v",
        "XGROUP CREATE stream group 0",
        "XREADGROUP GROUP group consumer STREAMS stream >"
    };

    @Test
    void aDifferenceOfOneThingInOneKeyIsFound() {
        Map<String, String> harms = Map.of(
                "string", "PEXPIREAT string 9999999999998",
                "counter:1", "INCR counter:1",
                "list:1", "LPOP list:1",
                "set", "DEL set",
                "zset", "ZINCRBY zset 1 one",
                "hash", "HDEL hash f",
                "stream", "XACK stream group 1-1",
                "more", "SET more 1");
        try (CopySide source = side("source");
                CopySide target = side("target")) {
            write(source.deployment().primary(), ALL);
            write(target.deployment().primary(), ALL);
            assertThat(CopyJudge.differences(CopyContents.of(source), CopyContents.of(target)))
                    .isEmpty();
            harms.values().forEach(harm -> write(target.deployment().primary(), harm));
            assertThat(CopyJudge.differences(CopyContents.of(source), CopyContents.of(target)))
                    .containsOnlyKeys(harms.keySet());
            assertThat(CopyJudge.differences(
                            CopyContents.of(source, List.of("set", "hash")), CopyContents.of(target, List.of("set"))))
                    .containsOnlyKeys("set", "hash");
        }
    }

    /** What is applied and not remembered at once is applied twice by the next copier; and what is harmed at last is found too. */
    @Test
    void aCheckpointApartFromItsDataIsFoundByEveryJudge() throws InterruptedException {
        CopyDrillSettings settings = CopyDrillSettings.random(5)
                .between(STANDALONE, STANDALONE)
                .withFaults(EnumSet.of(CopyFault.CUT_COPIER))
                .withDuration(Duration.ofSeconds(10))
                .withKeys(1_000)
                .withRate(1_000)
                .withServerBin(DrillIT.serverBin());

        CopyResult result = new CopyDrill(settings, ForgetfulCopying.class, target -> {}).run();

        assertThat(result.verdict().kind()).as(result.text()).isEqualTo(Verdict.Kind.INVALID);
        assertThat(result.findings())
                .filteredOn(finding -> finding.found() > 0)
                .extracting(CopyResult.Judged::judge)
                .as(result.text())
                .contains(
                        "keys that differ, read type by type",
                        "elements pushed that are not there exactly once",
                        "counters that have not grown by what was acknowledged",
                        "keys that differ for lockstep verify");
    }
}
