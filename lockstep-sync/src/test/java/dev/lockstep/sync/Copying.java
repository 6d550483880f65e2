package dev.lockstep.sync;

import dev.lockstep.topology.Deployment;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A process that copies until it is killed. */
final class Copying {

    private Copying() {}

    /** @param arguments source, target, and spool folder */
    public static void main(String... arguments) throws InterruptedException {
        try (Sync sync = Sync.from(Deployment.parse(arguments[0]))
                .to(Deployment.parse(arguments[1]))
                .spool(Path.of(arguments[2]))
                .start()) {
            sync.await(Duration.ofMillis(100), progress -> {});
        }
    }

    /** Starts one, which writes what it has to say into a file in the folder. */
    static Process start(String source, String target, Path folder) throws IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Copying.class.getName(),
                        source,
                        target,
                        folder.resolve("spool").toString()))
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .start();
    }
}
