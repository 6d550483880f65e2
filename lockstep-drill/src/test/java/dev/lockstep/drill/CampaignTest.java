package dev.lockstep.drill;

import static dev.lockstep.drill.DrillSettings.Topology.SENTINEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CampaignTest {
    @TempDir
    Path folder;

    @Test
    void runsConsecutiveSeedsAndKeepsAReportOfEach() throws Exception {
        List<Long> seeds = new ArrayList<>();
        DrillResult result = MadeUpDrill.story();

        List<Campaign.Entry> entries = new Campaign(
                        DrillSettings.random(SENTINEL, 5), 3, folder.resolve("new"), settings -> {
                            seeds.add(settings.seed());
                            return result;
                        })
                .run();

        assertThat(seeds).containsExactly(5L, 6L, 7L);
        assertThat(entries).extracting(Campaign.Entry::verdict).containsOnly(Verdict.Kind.VALID);
        assertThat(folder.resolve("new/seed-6.html")).hasContent(Report.html(result));
        assertThat(Files.readString(folder.resolve("new/summary.txt"))).startsWith("3 VALID, 0 INVALID, 0 UNKNOWN\n");
    }

    @Test
    void goesOnAfterADrillThatFailed() throws Exception {
        List<Campaign.Entry> entries = new Campaign(DrillSettings.random(SENTINEL, 5), 2, folder, settings -> {
                    throw new IllegalStateException("no server");
                })
                .run();

        assertThat(entries).extracting(Campaign.Entry::verdict).containsOnly(Verdict.Kind.UNKNOWN);
        assertThat(Campaign.summary(entries))
                .contains("seed 6  The drill failed: no server  Again: lockstep drill --seed 6 --duration 60s");
    }

    @Test
    void refusesTheStoryBecauseItHasOneSeedOnly() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Campaign(DrillSettings.story(SENTINEL), 2, folder, new DrillListener() {}));
    }
}
