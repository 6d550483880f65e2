package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerBinaryTest {
    @TempDir
    Path dir;

    private Path file(String content, String mode) throws IOException {
        Path file = Files.writeString(dir.resolve("redis-server"), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    @Test
    void findsAServerWithoutBeingTold() {
        assertThat(ServerBinary.find(null).version()).matches("(Redis|Valkey) \\d+\\.\\d+\\.\\d+.*");
    }

    @Test
    void namesAFileThatIsNotThere() {
        assertThatThrownBy(() -> ServerBinary.find(dir.resolve("nothing")))
                .isInstanceOf(LocalRedisException.class)
                .hasMessageContaining(dir.resolve("nothing").toString())
                .hasMessageContaining("No file");
    }

    @Test
    void namesAFileThatCannotBeRun() throws IOException {
        Path file = file("#!/bin/sh\n", "rw-------");
        assertThatThrownBy(() -> ServerBinary.find(file))
                .isInstanceOf(LocalRedisException.class)
                .hasMessageContaining("chmod +x " + file);
    }

    @Test
    void namesAProgramThatIsNoRedisServer() throws IOException {
        Path file = file("#!/bin/sh\necho 'gcc 12.2'\n", "rwx------");
        assertThatThrownBy(() -> ServerBinary.find(file))
                .isInstanceOf(LocalRedisException.class)
                .hasMessageContaining("not a redis-server")
                .hasMessageContaining("gcc 12.2");
    }

    @Test
    void namesAFileThatThisMachineCannotRun() throws IOException {
        Path file = file("#!/no/such/interpreter\n", "rwx------");
        assertThatThrownBy(() -> ServerBinary.find(file))
                .isInstanceOf(LocalRedisException.class)
                .hasMessageContaining("does not run on this machine");
    }

    @Test
    void knowsValkeyToo() throws IOException {
        Path file = file("#!/bin/sh\necho 'Valkey server v=8.1.1 sha=00000000:0'\n", "rwx------");
        assertThat(ServerBinary.find(file).version()).isEqualTo("Valkey 8.1.1");
    }
}
