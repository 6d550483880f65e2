package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import dev.lockstep.sync.verify.Verify;
import dev.lockstep.sync.verify.VerifyResult;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Copies between servers of different releases: equal, or a message that names what cannot cross. Servers are those of
 * {@code -Dlockstep.redis8-bin=FILE} and {@code -Dlockstep.valkey-bin=FILE}, else {@code redis8-server} and
 * {@code valkey-server} on the path; without them there is nothing to test.
 */
class AcrossVersionsIT {

    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir
    Path spool;

    private static Path binary(String name, String executable) {
        String given = System.getProperty("lockstep." + name + "-bin", "");
        Path found = given.isBlank()
                ? Stream.of(System.getenv("PATH").split(":", -1))
                        .map(folder -> Path.of(folder, executable))
                        .filter(Files::isExecutable)
                        .findFirst()
                        .orElse(Path.of(executable))
                : Path.of(given);
        assumeTrue(Files.isExecutable(found), executable + " is not here");
        return found;
    }

    private static LocalRedis plan() {
        return LocalRedis.standalone().config("enable-debug-command", "yes");
    }

    private static LocalDeployment redis8() {
        return plan().serverBin(binary("redis8", "redis8-server")).start();
    }

    private static LocalDeployment valkey() {
        return plan().serverBin(binary("valkey", "valkey-server")).start();
    }

    private static boolean hasFieldTtls(LocalDeployment of) {
        return !String.valueOf(of.primary().command("COMMAND", "DOCS", "hpexpireat"))
                .equals("[]");
    }

    private static void writeAll(LocalDeployment to, boolean fieldTtls) {
        RedisClient client =
                RedisClient.create(RedisURI.create("127.0.0.1", to.primary().port()));
        try {
            RedisCommands<byte[], byte[]> redis =
                    client.connect(ByteArrayCodec.INSTANCE).sync();
            new EveryEncoding(redis, fieldTtls).write();
        } finally {
            client.shutdown();
        }
    }

    private Sync start(LocalDeployment source, LocalDeployment target) {
        return Sync.from(Copying.patient(source))
                .to(Copying.patient(target))
                .spool(spool)
                .start();
    }

    private void isEqual(LocalDeployment source, LocalDeployment target) throws Exception {
        try (Sync sync = start(source, target);
                Writer writer = new Writer(source)) {
            Copies.awaitInStep(sync, BOUND);
            DataSet.write(writer, 0);
            DataSet.write(writer, 1);
            DataSet.change(writer);
            DataSet.cross(writer);
            Copies.awaitInStep(sync, BOUND);
            VerifyResult verified = Verify.between(Copying.patient(source), Copying.patient(target))
                    .run();
            assertThat(verified.verdict()).as(verified.toString()).isEqualTo(VerifyResult.Verdict.EQUAL);
            long keys = 0;
            try (Comparison comparison = new Comparison(source, target)) {
                for (int database = 0; database < 10; database++) {
                    assertThat(comparison.differences(database)).isEmpty();
                }
                keys = comparison.keys();
            }
            assertThat(String.valueOf(target.primary().command("FUNCTION", "LIST")))
                    .contains("f1", "f2");
            System.out.printf("%s to %s: %,d keys equal%n", source.serverVersion(), target.serverVersion(), keys);
        }
    }

    @Test
    void fromRedis7ToValkey() throws Exception {
        try (LocalDeployment target = valkey();
                LocalDeployment source = plan().start()) {
            writeAll(source, hasFieldTtls(source));
            isEqual(source, target);
        }
    }

    @Test
    void fromValkeyToRedis8() throws Exception {
        try (LocalDeployment source = valkey();
                LocalDeployment target = redis8()) {
            writeAll(source, hasFieldTtls(source));
            isEqual(source, target);
        }
    }

    @Test
    void fromRedis8ToRedis7WithoutWhatThatDoesNotKnow() throws Exception {
        try (LocalDeployment source = redis8();
                LocalDeployment target = plan().start()) {
            writeAll(source, false);
            isEqual(source, target);
        }
    }

    @Test
    void fromRedis8ToRedis7ATypeThatThatDoesNotKnowIsNamed() throws Exception {
        try (LocalDeployment source = redis8();
                LocalDeployment target = plan().start()) {
            LocalServer server = source.primary();
            server.command("HSET", "with times", "a", "1", "b", "2");
            server.command("HPEXPIRE", "with times", "7200000", "FIELDS", "1", "a");
            refuses(source, target, "The key 'with times' .database 0. cannot be copied: .*Redis 7.4.*");
        }
    }

    @Test
    void fromRedis8ToRedis7ACommandThatThatDoesNotKnowIsNamed() throws Exception {
        try (LocalDeployment source = redis8();
                LocalDeployment target = plan().start();
                Sync sync = start(source, target)) {
            Copies.awaitInStep(sync, BOUND);
            LocalServer server = source.primary();
            server.command("HSET", "with times", "a", "1", "b", "2");
            server.command("HPEXPIRE", "with times", "7200000", "FIELDS", "1", "a");
            assertThatThrownBy(() -> sync.await(Duration.ofMillis(50), now -> {}))
                    .isInstanceOf(SyncException.class)
                    .hasMessageMatching("(?s).*HPEXPIREAT.*");
            System.out.println("Of a command: " + failure(sync));
        }
    }

    private static String failure(Sync sync) throws InterruptedException {
        try {
            sync.awaitInStep(Duration.ZERO);
            return "";
        } catch (SyncException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private void refuses(LocalDeployment source, LocalDeployment target, String message) {
        try (Sync sync = start(source, target)) {
            assertThatThrownBy(() -> sync.awaitInStep(BOUND))
                    .isInstanceOf(SyncException.class)
                    .hasMessageMatching("(?s)" + message)
                    .satisfies(told -> System.out.println("Of a type: " + told.getMessage()));
        }
    }
}
