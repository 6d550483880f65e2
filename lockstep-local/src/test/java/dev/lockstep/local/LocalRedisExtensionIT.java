package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class LocalRedisExtensionIT {
    /** Which folder each example test has seen. */
    private static final Map<String, Path> SEEN = new ConcurrentHashMap<>();

    @ExtendWith(LocalRedisExtension.class)
    static class Failing {
        @Test
        void fails(LocalDeployment redis) {
            SEEN.put("fails", redis.directory());
            redis.primary().kill();
            fail("on purpose");
        }
    }

    static class Shared {
        @RegisterExtension
        static final LocalRedisExtension redis =
                LocalRedisExtension.running(LocalRedis.standalone().replicas(1));

        @Test
        void first(LocalDeployment deployment) {
            SEEN.put("shared first", deployment.directory());
            assertThat(redis.uri()).isEqualTo(deployment.uri());
            assertThat(deployment.replicas()).hasSize(1);
        }

        @Test
        void second() {
            SEEN.put("shared second", redis.deployment().directory());
        }

        @Nested
        class Inner {
            @Test
            void third() {
                SEEN.put("shared third", redis.deployment().directory());
            }
        }
    }

    static class Fresh {
        @RegisterExtension
        static final LocalRedisExtension redis =
                LocalRedisExtension.standalone().freshForEachTest();

        @Test
        void first() {
            SEEN.put("fresh first", redis.deployment().directory());
        }

        @Test
        void second() {
            SEEN.put("fresh second", redis.deployment().directory());
        }
    }

    private static List<Throwable> failuresOf(Class<?> example) {
        List<Throwable> failures = new ArrayList<>();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(example))
                                .build(),
                        new TestExecutionListener() {
                            @Override
                            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                                result.getThrowable().ifPresent(failures::add);
                            }
                        });
        return failures;
    }

    @Test
    void aFailedTestCarriesTheLogsOfTheServers() {
        List<Throwable> failures = failuresOf(Failing.class);
        assertThat(failures).singleElement().satisfies(failure -> {
            assertThat(failure).hasMessage("on purpose");
            assertThat(failure.getSuppressed()[0])
                    .hasMessageContaining("node-1")
                    .hasMessageContaining("dead")
                    .hasMessageContaining("Ready to accept connections");
        });
        assertThat(SEEN.get("fails")).doesNotExist();
    }

    @Test
    void theTestsOfAClassShareADeployment() {
        assertThat(failuresOf(Shared.class)).isEmpty();
        assertThat(SEEN).containsKeys("shared first", "shared second", "shared third");
        assertThat(new HashSet<>(
                        List.of(SEEN.get("shared first"), SEEN.get("shared second"), SEEN.get("shared third"))))
                .singleElement()
                .satisfies(folder -> assertThat(folder).doesNotExist());
    }

    @Test
    void eachTestMayHaveItsOwnDeployment() {
        assertThat(failuresOf(Fresh.class)).isEmpty();
        assertThat(SEEN.get("fresh first"))
                .isNotEqualTo(SEEN.get("fresh second"))
                .doesNotExist();
        assertThat(SEEN.get("fresh second")).doesNotExist();
    }
}
