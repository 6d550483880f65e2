package dev.lockstep.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslVerifyMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeploymentTest {

    private static Deployment parse(String uri) {
        return Deployment.parse(uri, Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        "redis://h, STANDALONE, false, 6379",
        "REDIS://h, STANDALONE, false, 6379",
        "rediss://h, STANDALONE, true, 6379",
        "valkey://h, STANDALONE, false, 6379",
        "valkeys://h, STANDALONE, true, 6379",
        "redis-sentinel://h#m, SENTINEL, false, 26379",
        "rediss-sentinel://h#m, SENTINEL, true, 26379",
        "valkey-sentinel://h#m, SENTINEL, false, 26379",
        "valkeys-sentinel://h#m, SENTINEL, true, 26379",
        "redis+sentinel://h/m, SENTINEL, false, 26379",
        "redis-cluster://h, CLUSTER, false, 6379",
        "rediss-cluster://h, CLUSTER, true, 6379",
        "valkey-cluster://h, CLUSTER, false, 6379",
    })
    void schemes(String uri, Deployment.Mode mode, boolean tls, int port) {
        Deployment deployment = parse(uri);

        assertThat(deployment.mode()).isEqualTo(mode);
        assertThat(deployment.tls() != null).isEqualTo(tls);
        assertThat(deployment.seeds()).containsExactly(new NodeAddress("h", port));
    }

    @Test
    void everything_has_a_default() {
        Deployment deployment = parse("redis://h");

        assertThat(deployment.database()).isZero();
        assertThat(deployment.username()).isNull();
        assertThat(deployment.password()).isNull();
        assertThat(deployment.sentinelPassword()).isNull();
        assertThat(deployment.primaryName()).isNull();
        assertThat(deployment.timeout()).isEqualTo(Duration.ofSeconds(15));
        assertThat(deployment.socketTimeout()).isEqualTo(Duration.ofMillis(250));
        assertThat(deployment.connectTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(deployment.heartbeat()).isEqualTo(Duration.ofMillis(250));
        assertThat(deployment.clientName()).isNull();
        assertThat(deployment.minimumSentinels()).isEqualTo(1);
        assertThat(deployment.addressTranslation().apply(new NodeAddress("x", 1)))
                .isEqualTo(new NodeAddress("x", 1));
    }

    @Test
    void a_sentinel_uri_with_everything() {
        Deployment deployment = parse("redis-sentinel://app:s%40c%2Fr%3Fe+t@10.0.0.1,[::1]:5000,s3:26380/2"
                + "?timeout=10s&socketTimeout=100ms&connectTimeout=2m&clientName=shop"
                + "&sentinelUsername=watch&sentinelPassword=p%26q#mymaster");

        assertThat(deployment.seeds())
                .containsExactly(
                        new NodeAddress("10.0.0.1", 26379), new NodeAddress("::1", 5000), new NodeAddress("s3", 26380));
        assertThat(deployment.username()).isEqualTo("app");
        assertThat(deployment.password()).isEqualTo("s@c/r?e+t");
        assertThat(deployment.database()).isEqualTo(2);
        assertThat(deployment.primaryName()).isEqualTo("mymaster");
        assertThat(deployment.timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(deployment.socketTimeout()).isEqualTo(Duration.ofMillis(100));
        assertThat(deployment.connectTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(deployment.clientName()).isEqualTo("shop");
        assertThat(deployment.sentinelUsername()).isEqualTo("watch");
        assertThat(deployment.sentinelPassword()).isEqualTo("p&q");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "redis://:pw@h, -, pw",
                "redis://pw@h, -, pw",
                "redis://user:pw@h, user, pw",
                "redis://user:p:w@h, user, p:w",
                "redis://user:p@w@h, user, p@w",
                "redis://@h, -, -",
            })
    void user_info(String uri, @Nullable String user, @Nullable String password) {
        assertThat(parse(uri).username()).isEqualTo(user);
        assertThat(parse(uri).password()).isEqualTo(password);
    }

    @ParameterizedTest
    @CsvSource({
        "redis-sentinel://h/3#m, m, 3",
        "redis-sentinel://h?sentinelMasterId=m, m, 0",
        "redis-sentinel://h/3?sentinelMasterId=m#m, m, 3",
        "redis+sentinel://h/m/3, m, 3",
        "redis+sentinel://h/m, m, 0",
        "redis-sentinel://h#my%20master, my master, 0",
    })
    void the_name_of_the_primary(String uri, String name, int database) {
        assertThat(parse(uri).primaryName()).isEqualTo(name);
        assertThat(parse(uri).database()).isEqualTo(database);
    }

    @Test
    void the_environment_gives_the_password_that_the_uri_has_not() {
        Map<String, String> environment = Map.of("REDISCLI_AUTH", "from-env");

        assertThat(Deployment.parse("redis://h", environment).password()).isEqualTo("from-env");
        assertThat(Deployment.parse("redis://app:@h", environment).username()).isEqualTo("app");
        assertThat(Deployment.parse("redis://app:@h", environment).password()).isEqualTo("from-env");
        assertThat(Deployment.parse("redis://:own@h", environment).password()).isEqualTo("own");
        assertThat(Deployment.parse("redis-sentinel://h#m", environment).sentinelPassword())
                .isNull();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void passwords_come_from_files_that_only_their_owner_may_read(@TempDir Path dir) throws IOException {
        Path data = Files.writeString(dir.resolve("data"), "data-secret\n");
        Path sentinel = Files.writeString(dir.resolve("sentinel"), "sentinel-secret");
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rw-------"));
        Files.setPosixFilePermissions(sentinel, PosixFilePermissions.fromString("r--------"));
        String uri = "redis-sentinel://h?passwordFile=" + data + "&sentinelPasswordFile=" + sentinel + "#m";

        assertThat(parse(uri).password()).isEqualTo("data-secret");
        assertThat(parse(uri).sentinelPassword()).isEqualTo("sentinel-secret");

        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> parse(uri))
                .hasMessageContaining("rw-r-----")
                .hasMessageContaining("chmod 600")
                .hasMessageNotContaining("data-secret");
        assertThatThrownBy(() -> parse("redis://h?passwordFile=" + dir.resolve("none")))
                .hasMessageContaining("cannot be read");
        Files.writeString(sentinel.resolveSibling("empty"), "\n");
        Files.setPosixFilePermissions(dir.resolve("empty"), PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> parse("redis://h?passwordFile=" + dir.resolve("empty")))
                .hasMessageContaining("is empty");
        assertThatThrownBy(() -> parse("redis://:pw@h?passwordFile=" + data)).hasMessageContaining("both");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "localhost:6379 | no scheme",
                "http://h | scheme is 'http'",
                "redis:// | host in it is empty",
                "redis://a,b | redis:// takes one server",
                "redis://h,:6379 | host in it is empty",
                "redis://h:0 | outside of 1 to 65535",
                "redis://h:65536 | outside of 1 to 65535",
                "redis://h:port | not a number from 1 to 65535",
                "redis://::1 | brackets",
                "redis://[::1 | closing bracket",
                "redis://[::1]6379 | closing bracket",
                "redis://h/x | number of a database",
                "redis://h/1/2 | number of a database",
                "redis-sentinel://h/m/x | number of a database",
                "redis-cluster://h/1 | only database 0",
                "redis-sentinel://h | name of the primary is missing",
                "redis-sentinel://h/a#b | two primaries, a and b",
                "redis://h#m | redis-sentinel://",
                "redis://h?sentinelPassword=x | redis-sentinel://",
                "redis://h?timout=1s | unknown option 'timout'; known are timeout, socketTimeout",
                "redis://h?timeout | no value",
                "redis://h?timeout=1s&timeout=2s | given twice",
                "redis://h?timeout=10 | with a unit of ms, s, m or h",
                "redis://h?timeout=0s | above zero",
                "redis://h?timeout=-1s | above zero",
                "redis://h?timeout=1d | with a unit of ms, s, m or h",
                "redis://h?clientName=a%20b | clientName",
                "redis://h?verifyPeer=ca | rediss",
                "rediss://h?verifyPeer=maybe | full, ca or none",
                "rediss://h?caFile=/does/not/exist.pem | cannot be read",
                "redis://h?clientName=%zz | two hexadecimal digits",
                "redis://h?clientName=%4 | two hexadecimal digits",
                "redis-sentinel://h?sentinelUsername=x#m | has no password",
                "redis://user:@h | has no password",
            })
    void a_wrong_uri_is_refused_with_what_was_expected(String uri, String text) {
        assertThatThrownBy(() -> parse(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://:se/cret@h",
                "redis://:se?cret@h",
                "redis://:se#cret@h",
                "redis://u:1?cret=2@h",
                "redis://se?cret@h",
                "redis://:secret@h:port",
                "redis://:secret@h?x=1",
                "redis://:sec%ret@h",
                "http://:secret@h",
                "redis://:secret@h,b",
                "redis-sentinel://:secret@h?sentinelPassword=cret&timeout=1#m",
            })
    void no_message_contains_a_password(String uri) {
        assertThatThrownBy(() -> parse(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("cret")
                .doesNotContain("se/");
    }

    @ParameterizedTest
    @CsvSource({
        "redis://h, redis://h:6379",
        "valkeys://u:pw@h/1, rediss://u:***@h:6379/1",
        "redis-sentinel://:pw@[::1]#m, redis-sentinel://:***@[::1]:26379#m",
        "'redis-sentinel://a,b/2?timeout=3s&socketTimeout=90ms&sentinelPassword=pw&clientName=c#m',"
                + "'redis-sentinel://a:26379,b:26379/2?timeout=3000ms&socketTimeout=90ms&sentinelPassword=***"
                + "&clientName=c#m'",
    })
    void prints_with_its_password_masked(String uri, String printed) {
        assertThat(parse(uri)).hasToString(printed);
    }

    @Test
    void a_builder_changes_one_thing_and_keeps_the_rest() {
        Deployment deployment = parse("redis-sentinel://:pw@a,b/2?timeout=3s#m");

        Deployment changed = deployment.toBuilder()
                .minimumSentinels(2)
                .heartbeat(Duration.ofMillis(50))
                .addressTranslation(a -> new NodeAddress("nat", a.port()))
                .build();

        assertThat(changed).hasToString(deployment.toString());
        assertThat(changed.password()).isEqualTo("pw");
        assertThat(changed.minimumSentinels()).isEqualTo(2);
        assertThat(changed.heartbeat()).isEqualTo(Duration.ofMillis(50));
        assertThat(changed.addressTranslation().apply(new NodeAddress("a", 5))).isEqualTo(new NodeAddress("nat", 5));
        assertThat(deployment.minimumSentinels()).isEqualTo(1);
    }

    @Test
    void a_builder_refuses_what_makes_no_sense() {
        Deployment.Builder builder = Deployment.builder(Deployment.Mode.STANDALONE);

        assertThatThrownBy(builder::build).hasMessageContaining("at least one address");
        assertThatThrownBy(() -> builder.minimumSentinels(0)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> builder.timeout(Duration.ZERO)).hasMessageContaining("more than zero");
        assertThatThrownBy(() -> builder.database(-1)).hasMessageContaining("negative");
        assertThatThrownBy(() -> new Tls(SslVerifyMode.FULL, null, Path.of("c"), null))
                .hasMessageContaining("only certFile");
    }

    @Test
    void lettuce_gets_what_it_needs_for_a_data_node_and_for_a_sentinel() {
        Deployment deployment = parse("rediss-sentinel://app:pw@s/2?verifyPeer=ca&clientName=c&connectTimeout=700ms"
                + "&sentinelPassword=spw#m");

        RedisURI data = deployment.dataNode(new NodeAddress("d", 7000));
        RedisURI sentinel = deployment.sentinelNode(new NodeAddress("s", 26379));

        assertThat(data.getHost()).isEqualTo("d");
        assertThat(data.getPort()).isEqualTo(7000);
        assertThat(data.getDatabase()).isEqualTo(2);
        assertThat(data.isSsl()).isTrue();
        assertThat(data.getVerifyMode()).isEqualTo(SslVerifyMode.CA);
        assertThat(data.getClientName()).isEqualTo("c");
        assertThat(data.getTimeout()).isEqualTo(Duration.ofMillis(700));
        assertThat(credentials(data).getUsername()).isEqualTo("app");
        assertThat(String.valueOf(credentials(data).getPassword())).isEqualTo("pw");
        assertThat(sentinel.getDatabase()).isZero();
        assertThat(String.valueOf(credentials(sentinel).getPassword())).isEqualTo("spw");
        assertThat(credentials(parse("redis-sentinel://:pw@s#m").sentinelNode(new NodeAddress("s", 1)))
                        .hasPassword())
                .as("a sentinel never gets the password of the data nodes")
                .isFalse();
    }

    private static RedisCredentials credentials(RedisURI uri) {
        return uri.getCredentialsProvider().resolveCredentials().block();
    }

    @Test
    void lettuce_is_told_to_repeat_nothing_by_itself() {
        ClientOptions options = parse("redis://h?connectTimeout=700ms").clientOptions();

        assertThat(options.isAutoReconnect()).isFalse();
        assertThat(options.getDisconnectedBehavior()).isEqualTo(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS);
        assertThat(options.getTimeoutOptions().isTimeoutCommands()).isFalse();
        assertThat(options.getMaintNotificationsConfig().maintNotificationsEnabled())
                .isFalse();
        assertThat(options.isPingBeforeActivateConnection()).isFalse();
        assertThat(options.getSocketOptions().getConnectTimeout()).isEqualTo(Duration.ofMillis(700));
        assertThat(List.of(
                        options.getSocketOptions().isKeepAlive(),
                        options.getSocketOptions().isTcpNoDelay()))
                .containsOnly(true);
    }
}
