package dev.lockstep.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.lockstep.client.Lockstep;
import dev.lockstep.client.View;
import dev.lockstep.nearcache.NearCacheSpec;
import dev.lockstep.topology.Deployment;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documents say, held against what there is: links, code, tests, options. */
class DocumentsTest {

    private static final Pattern LINK = Pattern.compile("\\[([^\\]\\n]*)\\]\\(([^)\\s]+)\\)");
    private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern REGION =
            Pattern.compile("\\n *// \\[readme\\]\\n(.*?)\\n *// \\[/readme\\]", Pattern.DOTALL);
    private static final Pattern CODE_BLOCK = Pattern.compile("```.*?```", Pattern.DOTALL);
    private static final Pattern TEST_NAME = Pattern.compile("(\\w+(?:Test|IT))#(\\w+)");

    private record Link(Path document, String text, String target) {

        boolean isExternal() {
            return target.startsWith("http://") || target.startsWith("https://") || target.startsWith("mailto:");
        }

        String anchor() {
            return target.contains("#") ? target.substring(target.indexOf('#') + 1) : "";
        }

        Path file() {
            String path = target.contains("#") ? target.substring(0, target.indexOf('#')) : target;
            return path.isEmpty() ? document : document.resolveSibling(path).normalize();
        }

        @Override
        public String toString() {
            return Repository.name(document) + ": [" + text + "](" + target + ")";
        }
    }

    private static List<Link> links(Path document) {
        String text = CODE_BLOCK.matcher(Repository.read(document)).replaceAll("");
        return LINK.matcher(text)
                .results()
                .map(link -> new Link(document, link.group(1), link.group(2)))
                .filter(link -> !link.isExternal())
                .toList();
    }

    @Test
    void everyLinkLeadsToAFileAndEveryAnchorToAHeading() {
        List<Link> broken = new ArrayList<>();
        int seen = 0;
        for (Path document : Repository.documents()) {
            for (Link link : links(document)) {
                seen++;
                boolean found = Files.exists(link.file())
                        && (link.anchor().isEmpty() || anchors(link.file()).contains(link.anchor()));
                if (!found) {
                    broken.add(link);
                }
            }
        }
        assertThat(seen).isPositive();
        assertThat(broken).isEmpty();
    }

    private static Set<String> anchors(Path document) {
        Set<String> anchors = new TreeSet<>();
        for (String heading : headings(Repository.read(document))) {
            String text = heading.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT);
            anchors.add(text.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'));
        }
        return anchors;
    }

    private static List<String> headings(String document) {
        return CODE_BLOCK
                .matcher(document)
                .replaceAll("")
                .lines()
                .filter(line -> line.matches("#{1,6} .*"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "README.zh-CN.md"})
    void theCodeOfTheReadmeIsThatOfTheExamples(String readme) {
        List<String> regions = Repository.mainSources().stream()
                .flatMap(file -> REGION.matcher(Repository.read(file)).results())
                .map(region -> region.group(1).stripIndent().strip())
                .toList();
        List<String> shown = JAVA.matcher(Repository.read(readme))
                .results()
                .map(block -> block.group(1).strip())
                .toList();

        assertThat(shown).isNotEmpty();
        assertThat(regions).containsAll(shown);
    }

    @Test
    void theTwoReadmesAreTwins() {
        String english = Repository.read("README.md");
        String chinese = Repository.read("README.zh-CN.md");

        assertThat(shape(chinese)).isEqualTo(shape(english));
        assertThat(codeOf(chinese)).isEqualTo(codeOf(english));
    }

    /** The levels of the headings, and where tables have how many rows. */
    private static List<String> shape(String document) {
        return CODE_BLOCK
                .matcher(document)
                .replaceAll("")
                .lines()
                .filter(line -> line.matches("(#{1,6} |\\|).*"))
                .map(line -> line.startsWith("|") ? "row" : line.replaceAll("[^#].*", ""))
                .toList();
    }

    private static List<String> codeOf(String document) {
        return CODE_BLOCK.matcher(document).results().map(MatchResult::group).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "README.zh-CN.md"})
    void theReadmeNamesTheVersionOfTheBuild(String readme) {
        String pom = Repository.read("pom.xml");
        String version = pom.substring(pom.indexOf("<version>"), pom.indexOf("</version>"));

        assertThat(Repository.read(readme)).contains(version);
    }

    @Test
    void theDocumentsStayShort() {
        assertThat(Repository.read("README.md").lines()).hasSizeLessThanOrEqualTo(150);
        assertThat(Repository.read("README.zh-CN.md").lines()).hasSizeLessThanOrEqualTo(150);
        assertThat(Repository.read("ARCHITECTURE.md").lines()).hasSizeLessThanOrEqualTo(250);
    }

    @Test
    void everyGuaranteeNamesTestsThatExist() {
        Path document = Repository.ROOT.resolve("docs/guarantees.md");
        List<String> missing = new ArrayList<>();
        int named = 0;
        for (Link link : links(document)) {
            var name = TEST_NAME.matcher(link.text());
            if (name.find()) {
                named++;
                boolean exists = link.file().endsWith(name.group(1) + ".java")
                        && Files.exists(link.file())
                        && Repository.read(link.file()).contains(" void " + name.group(2) + "(");
                if (!exists) {
                    missing.add(link.toString());
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(TEST_NAME.matcher(Repository.read(document)).results())
                .as("every test is named in a link")
                .hasSize(named);
        for (String promise : Repository.read(document).split("\n## \\d+\\. ", -1)) {
            if (!promise.startsWith("#")) {
                assertThat(promise).contains("**Mechanism.**", "**Test.**", "**When it does not hold.**");
                assertThat(TEST_NAME.matcher(promise).find()).as(promise).isTrue();
            }
        }
    }

    @Test
    void everyOptionIsInTheList() {
        String list = Repository.read("docs/options.md");
        List<String> missing = new ArrayList<>();
        for (Class<?> type :
                List.of(Deployment.Builder.class, Lockstep.Builder.class, View.class, NearCacheSpec.class)) {
            for (Method method : type.getDeclaredMethods()) {
                boolean counts = Modifier.isPublic(method.getModifiers())
                        && !method.isSynthetic()
                        && !method.getName().equals("toString");
                if (counts && !list.contains("`" + method.getName() + "(")) {
                    missing.add(type.getName() + "." + method.getName());
                }
            }
        }
        for (String option : uriOptions()) {
            if (!list.contains("`" + option + "`") && !list.contains("`" + option + "=")) {
                missing.add("?" + option);
            }
        }
        assertThat(missing).isEmpty();
    }

    /** The message for an unknown option lists those that are known. */
    private static List<String> uriOptions() {
        String message = String.valueOf(catchThrowable(() -> Deployment.parse("redis://127.0.0.1?nosuch=1"))
                .getMessage());
        String known = message.substring(message.indexOf("known are ") + "known are ".length());
        List<String> options = List.of(known.split(", ", -1));
        assertThat(options).contains("timeout", "socketTimeout");
        return options;
    }
}
