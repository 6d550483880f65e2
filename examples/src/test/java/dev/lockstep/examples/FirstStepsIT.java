package dev.lockstep.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.client.Lockstep;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalRedisExtension;
import dev.lockstep.local.LocalServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Runs the code of the README on real servers, and is itself the example of how to test with them. */
class FirstStepsIT {

    @RegisterExtension
    final LocalRedisExtension redis =
            LocalRedisExtension.running(LocalRedis.sentinel().password("mypassword"));

    @Test
    void theFirstCodeOfTheReadmePrintsWhatItSays(LocalDeployment deployment) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        FirstSteps.run(deployment.uri(), new PrintStream(printed, true, StandardCharsets.UTF_8));

        assertThat(printed.toString(StandardCharsets.UTF_8).lines()).containsExactly("bar", "3 apples", "bar", "bar");
    }

    @Test
    void aCallThatCannotBeSentSaysSo(LocalDeployment deployment) {
        try (Lockstep cache = Lockstep.connect(deployment.uri())) {
            assertThat(Failures.increment(cache, Duration.ofSeconds(15))).isEqualTo("counted: 1");

            deployment.dataNodes().forEach(LocalServer::kill);
            awaitLoss(cache);

            assertThat(Failures.increment(cache, Duration.ofMillis(300)))
                    .startsWith("not executed, call again: INCR was not sent");
        }
    }

    /** A call that is written into a dying socket has an unknown outcome; a read meets it first. */
    private static void awaitLoss(Lockstep cache) {
        try {
            cache.primary().within(Duration.ofMillis(300)).sync().get("orders");
        } catch (RuntimeException lost) {
            assertThat(lost).hasMessageContaining("GET");
        }
    }
}
