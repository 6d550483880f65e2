package dev.lockstep.bench;

import dev.lockstep.local.LocalServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A copy by a virtual machine of its own.
 *
 * @param main what it runs, with the ports of source and target as arguments
 * @param heapMegabytes that it may have
 */
record ProcessCopy(String name, Class<?> main, int heapMegabytes) implements CopyWay {

    private static final long BOUND_MINUTES = 10;

    @Override
    public Taken copy(LocalServer source, LocalServer target) throws IOException, InterruptedException {
        long asked = System.currentTimeMillis();
        Process process = start(
                main,
                heapMegabytes,
                List.of(Integer.toString(source.port()), Integer.toString(target.port())),
                ProcessBuilder.Redirect.INHERIT);
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(BOUND_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IllegalStateException(name + " failed: " + said);
            }
            return OwnUse.parse(said).taken(asked);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Starts a virtual machine of this class path; what it says can be read from it. */
    static Process start(Class<?> main, int heapMegabytes, List<String> arguments, ProcessBuilder.Redirect errors)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMegabytes + "m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectError(errors).start();
    }
}
