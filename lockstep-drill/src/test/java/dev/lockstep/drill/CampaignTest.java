package dev.lockstep.drill;

import static dev.lockstep.drill.DrillSettings.Topology.SENTINEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
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

    private List<Campaign.Entry> campaign(DrillSettings settings, int count, List<Long> seeds) throws Exception {
        DrillResult result = MadeUpDrill.story();
        return new Campaign(settings, count, folder, each -> {
                    seeds.add(each.seed());
                    return result;
                })
                .run();
    }

    @Test
    void goesOnWhereItStopped() throws Exception {
        DrillSettings settings = DrillSettings.random(SENTINEL, 5);
        List<Campaign.Entry> before = campaign(settings, 2, new ArrayList<>());
        Files.writeString(folder.resolve("results.tsv"), "7\tVAL", StandardOpenOption.APPEND);

        List<Long> seeds = new ArrayList<>();
        List<Campaign.Entry> entries = campaign(settings, 4, seeds);

        assertThat(seeds).as("a half-written line is not a result").containsExactly(7L, 8L);
        assertThat(entries).extracting(Campaign.Entry::seed).containsExactly(5L, 6L, 7L, 8L);
        assertThat(entries.subList(0, 2)).isEqualTo(before);
        assertThat(entries.get(0).faults()).isEqualTo("kill-replica,add-replica,kill-primary");
        assertThat(entries.get(0).controls()).startsWith("Plain Lettuce");
        assertThat(Files.readString(folder.resolve("summary.txt"))).startsWith("4 VALID, 0 INVALID, 0 UNKNOWN\n");
        assertThat(Files.readAllLines(folder.resolve("results.tsv"))).hasSize(5);
    }

    @Test
    void refusesTheResultsOfOtherSettings() throws Exception {
        campaign(DrillSettings.random(SENTINEL, 5), 1, new ArrayList<>());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> campaign(
                        DrillSettings.random(SENTINEL, 5).withDuration(Duration.ofSeconds(35)), 1, new ArrayList<>()))
                .withMessageContaining(
                        "results.tsv has the result of other settings for seed 5: lockstep drill --seed 5")
                .withMessageContaining("--out");
    }
}
