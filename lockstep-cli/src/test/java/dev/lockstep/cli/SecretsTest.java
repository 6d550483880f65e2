package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class SecretsTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("REDISCLI_AUTH", "inherited");

    /** Something with secrets. */
    @Command
    private static final class Servers {
        @CommandLine.Mixin
        private final Secrets secrets = new Secrets();
    }

    @TempDir
    private Path folder;

    private final StringWriter err = new StringWriter();
    private final Output output =
            new Output(new PrintWriter(new StringWriter()), new PrintWriter(err, true), Color.NEVER);

    private static Secrets parse(String... args) {
        return CommandLine.populateCommand(new Servers(), args).secrets;
    }

    private Path file(String permissions, String text) throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void aPasswordAmongTheArgumentsIsWarnedOfAndNotRepeated() {
        assertThat(parse("--password", "given").password(ENVIRONMENT, output)).isEqualTo("given");
        assertThat(err.toString()).contains("process list", "--password-file").doesNotContain("given");
    }

    @Test
    void theEnvironmentIsTakenAsRedisCliTakesIt() {
        assertThat(parse().password(ENVIRONMENT, output)).isEqualTo("inherited");
        assertThat(err.toString()).contains("REDISCLI_AUTH").doesNotContain("inherited");
        assertThat(parse().password(Map.of(), output)).isNull();
        assertThat(parse().sentinelPassword(output)).isNull();
    }

    @Test
    void theFirstLineOfAFileIsThePassword() throws IOException {
        Path file = file("rw-------", "first\nsecond\n");
        assertThat(parse("--password-file", file.toString()).password(ENVIRONMENT, output))
                .isEqualTo("first");
        assertThat(parse("--sentinel-password-file", file.toString()).sentinelPassword(output))
                .isEqualTo("first");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aFileThatOthersCanReadIsRefused() throws IOException {
        Secrets secrets = parse("--password-file", file("rw-r--r--", "first").toString());
        assertThatThrownBy(() -> secrets.password(ENVIRONMENT, output)).hasMessageContaining("chmod 600");
    }

    @Test
    void anEmptyFileIsRefused() throws IOException {
        Secrets secrets = parse("--password-file", file("rw-------", "\n").toString());
        assertThatThrownBy(() -> secrets.password(ENVIRONMENT, output)).hasMessageContaining("no password");
    }
}
