package dev.lockstep.drill;

import dev.lockstep.sync.Sync;
import dev.lockstep.sync.SyncException;
import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.TopologyException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * A program that copies until it is killed: its input says from where, to where, and in which folder, each on a line; it
 * tells on its output how far it is, and ends with its input.
 */
final class Copying {

    static final int ENDED = 1;
    static final int CANNOT_BEGIN = 4;
    private static final Duration TELLS_EVERY = Duration.ofMillis(10);

    private Copying() {}

    public static void main(String... none) throws IOException, InterruptedException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Deployment source = Deployment.parse(Objects.requireNonNull(input.readLine()));
        Deployment target = Deployment.parse(Objects.requireNonNull(input.readLine()));
        Path spool = Path.of(Objects.requireNonNull(input.readLine()));
        Thread parent = new Thread(() -> endWith(input), "drill-parent");
        parent.setDaemon(true);
        parent.start();
        boolean begun = false;
        try (Sync sync = Sync.from(source).to(target).spool(spool).start()) {
            begun = true;
            sync.await(
                    TELLS_EVERY,
                    progress -> System.out.println(CopierState.of(progress).line()));
        } catch (TopologyException | SyncException e) {
            System.out.println(String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
            System.out.flush();
            Runtime.getRuntime().halt(begun ? ENDED : CANNOT_BEGIN);
        }
    }

    /** Whoever started this has ended if nobody holds the other end any more. */
    private static void endWith(BufferedReader input) {
        try {
            while (input.readLine() != null) {
                // says nothing more
            }
        } catch (IOException e) {
            // ended as well
        }
        Runtime.getRuntime().halt(0);
    }
}
