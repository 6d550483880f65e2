package dev.lockstep.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {

    private static final List<Options.Known> KNOWN = Options.rounds(9, 1_000, 0);

    @Test
    void takesWhatIsGivenAndTheUsualForTheRest() {
        Options options = read("--rounds", "3", "--out", "evidence");

        assertThat(options.number("--rounds")).isEqualTo(3);
        assertThat(options.number("--millis")).isEqualTo(1_000);
        assertThat(options.out()).isEqualTo(Path.of("evidence"));
        assertThat(options.command()).endsWith(OptionsTest.class.getName() + " --rounds 3 --out evidence");
    }

    @Test
    void saysWhatIsWrongAndWhatThereIs() {
        refuses("Unknown option --round 3", "--round", "3");
        refuses("--rounds expects a number from 1, got 0", "--rounds", "0");
        refuses("--rounds expects a number from 1, got many", "--rounds", "many");
        refuses("--rounds expects a number from 1, got nothing", "--rounds");
        refuses("Unknown option --out nothing", "--out");
    }

    private static void refuses(String why, String... arguments) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(arguments))
                .withMessageStartingWith(why + "\nUsage: java ")
                .withMessageContaining("--millis N   how long a round takes, in milliseconds (1000)")
                .withMessageContaining("--out DIR");
    }

    private static Options read(String... arguments) {
        return Options.read(OptionsTest.class, KNOWN, arguments);
    }
}
