package dev.lockstep.bench;

import java.io.IOException;
import java.time.Duration;

/**
 * A process that keeps one server equal to another by Lockstep. It says LIVE when they are in step for the first time, and ends
 * when its input does. Arguments: the two ports.
 */
final class LockstepFollower {

    static final String LIVE = "LIVE";
    private static final Duration BOUND = Duration.ofMinutes(2);

    private LockstepFollower() {}

    public static void main(String... ports) throws IOException, InterruptedException {
        LockstepCopier.run(
                BOUND,
                () -> {
                    System.out.println(LIVE);
                    while (System.in.read() >= 0) {
                        // on
                    }
                },
                ports);
    }
}
