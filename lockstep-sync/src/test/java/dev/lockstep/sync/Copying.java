package dev.lockstep.sync;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.topology.Deployment;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** A process that copies until it is killed, and says what hinders it. */
final class Copying {

    private Copying() {}

    /** @param arguments source, target, and spool folder */
    public static void main(String... arguments) throws InterruptedException {
        try (Sync sync = Sync.from(Deployment.parse(arguments[0]))
                .to(Deployment.parse(arguments[1]))
                .spool(Path.of(arguments[2]))
                .start()) {
            String[] told = {""};
            sync.await(Duration.ofMillis(100), progress -> {
                String now = progress.lanes().stream()
                        .map(lane -> lane.phase() + " " + lane.trouble())
                        .collect(Collectors.joining(", "));
                if (!now.equals(told[0])) {
                    told[0] = now;
                    System.out.println(now);
                }
            });
        }
    }

    /** Starts one, which writes what it has to say into a file in the folder. */
    static Process start(String source, String target, Path folder) throws IOException {
        return start(
                source,
                target,
                folder,
                ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
    }

    /** With time for a process that has only just begun, on a machine that has other things to do. */
    static Deployment patient(LocalDeployment of) {
        return Deployment.parse(patient(of.uri()));
    }

    private static String patient(String uri) {
        int name = uri.indexOf('#');
        return (name < 0 ? uri : uri.substring(0, name)) + "?timeout=120s&connectTimeout=20s&socketTimeout=10s"
                + (name < 0 ? "" : uri.substring(name));
    }

    /** Starts one, which writes there what it has to say. */
    static Process start(String source, String target, Path folder, ProcessBuilder.Redirect output) throws IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Copying.class.getName(),
                        patient(source),
                        patient(target),
                        folder.resolve("spool").toString()))
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
    }
}
