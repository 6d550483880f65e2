package dev.lockstep.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private final DrillResult result = MadeUpDrill.story();
    private final String page = Report.html(result);

    @Test
    void beginsWithTheVerdict() {
        String text =
                page.substring(page.indexOf("<main>")).replaceAll("<[^>]*>", "").strip();

        assertThat(text).startsWith("VALIDLockstep kept every promise: ");
        assertThat(text.lines().findFirst().orElse("")).endsWith("calls through 3 faults and 1 failover.");
    }

    @Test
    void needsNoNetwork() {
        assertThat(page).doesNotContain("http:", "https:", "src=", "<link", "@import", "url(\"");
    }

    @Test
    void fillsEveryPart() {
        assertThat(page).doesNotContain("{{").doesNotContain("}}");
    }

    @Test
    void namesTheSeedTheCommandAndEverySettingThatIsNoDefault() {
        assertThat(page)
                .contains("seed 1")
                .contains("<pre>lockstep drill</pre>")
                .contains("appendonly yes")
                .contains("down-after-milliseconds mymaster 1000")
                .contains("socketTimeout 500ms");
    }

    @Test
    void showsTheEvidenceOfBrokenPromises() {
        assertThat(page).contains("Plain Lettuce: own write not read").contains(", although session ");
    }

    @Test
    void escapesWhatIsNotMarkup() {
        assertThat(Svg.escaped("<a href=\"x\">&")).isEqualTo("&lt;a href=&quot;x&quot;&gt;&amp;");
    }

    @Test
    void isWrittenToAFile(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("report.html");

        Report.write(result, file);

        assertThat(Files.readString(file)).isEqualTo(page);
    }
}
