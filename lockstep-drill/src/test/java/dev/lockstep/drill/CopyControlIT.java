package dev.lockstep.drill;

import static dev.lockstep.drill.CopyDrillSettings.Kind.STANDALONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.lockstep.local.LocalServer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
        "XCLAIM stream group consumer 0 1-1 TIME 1000 FORCE"
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

    private static void harm(CopySide target) {
        LocalServer server = target.deployment().primary();
        Object lists = Objects.requireNonNull(server.command("KEYS", CopyWorkload.LIST + ":*"));
        String list = String.valueOf(((List<?>) lists).get(0));
        write(server, "INCR " + CopyWorkload.COUNTER + ":0:0", "LPOP " + list, "DEL filler:999");
    }

    @Test
    void aCopyThatIsHarmedIsFoundByEveryJudge() throws InterruptedException {
        CopyDrillSettings settings = CopyDrillSettings.random(5)
                .between(STANDALONE, STANDALONE)
                .withFaults(EnumSet.of(CopyFault.CUT_COPIER))
                .withDuration(Duration.ofSeconds(10))
                .withKeys(1_000)
                .withServerBin(DrillIT.serverBin());

        CopyResult result = new CopyDrill(settings, Copying.class, CopyControlIT::harm).run();

        assertThat(result.struck()).hasSize(1);
        assertThat(result.verdict().kind()).as(result.text()).isEqualTo(Verdict.Kind.INVALID);
        assertThat(result.findings())
                .filteredOn(finding -> finding.found() > 0)
                .extracting(CopyResult.Judged::judge, CopyResult.Judged::found)
                .as(result.text())
                .containsExactly(
                        tuple("keys that differ, read type by type", 3L),
                        tuple("elements pushed that are not there exactly once", 1L),
                        tuple("counters that have not grown by what was acknowledged", 1L),
                        tuple("keys that differ for lockstep verify", 3L));
    }
}
