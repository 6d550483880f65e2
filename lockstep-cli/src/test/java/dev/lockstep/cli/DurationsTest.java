package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Stack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({"250ms,250", "2s,2000", "2,2000", "1.5,1500", "0.25s,250", "5m,300000", "1h,3600000"})
    void aNumberAloneIsSeconds(String text, long millis) {
        assertThat(new Durations().convert(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0ms", "-1", "s", "1 s", "1d", "0.0001", "PT1S", "99999999"})
    void anythingElseIsRefusedWithWhatWasExpected(String text) {
        assertThatThrownBy(() -> new Durations().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("500ms");
    }

    @ParameterizedTest
    @CsvSource({"2s,2000,0", "redis://127.0.0.1,1000,1", "--json,1000,1"})
    void watchTakesWhatFollowsOnlyIfItIsATime(String next, long millis, int left) {
        Stack<String> args = new Stack<>();
        args.push(next);
        assertThat(consumed(args)).isEqualTo(Duration.ofMillis(millis));
        assertThat(args).hasSize(left);
    }

    @Test
    void watchMayStandAtTheEnd() {
        assertThat(consumed(new Stack<>())).isEqualTo(Duration.ofSeconds(1));
    }

    private static Duration consumed(Stack<String> args) {
        OptionSpec option =
                OptionSpec.builder("--watch").type(Duration.class).arity("0..1").build();
        new Durations.IfOneFollows()
                .consumeParameters(args, option, Main.commandLine().getCommandSpec());
        return option.getValue();
    }
}
