package dev.lockstep.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Runs the code of the README, unchanged, on a Redis Cluster. */
class FirstStepsOnAClusterIT {

    @Test
    void theFirstCodeOfTheReadmePrintsTheSameOnACluster() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (LocalDeployment redis = LocalRedis.cluster().password("mypassword").start()) {
            FirstSteps.run(redis.uri(), new PrintStream(printed, true, StandardCharsets.UTF_8));
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).lines()).containsExactly("bar", "3 apples", "bar", "bar");
    }
}
