package dev.lockstep.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The redis-server or valkey-server that is run.
 *
 * @param version what it says of itself, such as "Redis 7.0.15"
 */
record ServerBinary(Path path, String version) {
    static final String PROPERTY = "lockstep.server-bin";
    private static final int VERSION_SECONDS = 10;
    private static final Pattern VERSION = Pattern.compile("(Redis|Valkey) server v=(\\S+)");

    /** The one given, else the one named by the system property, else the embedded one, else the one on the PATH. */
    static ServerBinary find(@Nullable Path given) {
        if (given != null) {
            return check(given, "given as server binary");
        }
        String property = System.getProperty(PROPERTY, "");
        if (!property.isBlank()) {
            return check(Path.of(property), "named by the system property " + PROPERTY);
        }
        Path embedded = EmbeddedBinary.path();
        if (embedded != null) {
            return check(embedded, "embedded");
        }
        for (String dir : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            for (String name : List.of("redis-server", "valkey-server")) {
                Path path = Path.of(dir, name);
                if (!dir.isEmpty() && Files.isExecutable(path)) {
                    return check(path, "found on the PATH");
                }
            }
        }
        throw new LocalRedisException("No redis-server found. Tried: serverBin (not given), the system property "
                + PROPERTY + " (not set), the embedded binary " + EmbeddedBinary.RESOURCE
                + " (not on the class path), redis-server and valkey-server on the PATH. Install Redis or Valkey, or"
                + " name its server binary with serverBin (--server-bin).");
    }

    static ServerBinary check(Path path, String origin) {
        String what = "'" + path + "' (" + origin + ")";
        if (!Files.isRegularFile(path)) {
            throw new LocalRedisException("No file " + what + ". Name a redis-server or valkey-server binary.");
        }
        if (!Files.isExecutable(path)) {
            throw new LocalRedisException(what + " is not executable. Try: chmod +x " + path);
        }
        String output = firstWords(path, what);
        Matcher version = VERSION.matcher(output);
        if (!version.find()) {
            throw new LocalRedisException(what + " is not a redis-server or valkey-server: --version printed '"
                    + output.lines().findFirst().orElse("") + "'");
        }
        return new ServerBinary(path.toAbsolutePath(), version.group(1) + " " + version.group(2));
    }

    private static String firstWords(Path path, String what) {
        try {
            Process process = new ProcessBuilder(path.toAbsolutePath().toString(), "--version")
                    .redirectErrorStream(true)
                    .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                    .start();
            if (!process.waitFor(VERSION_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new LocalRedisException(
                        what + " did not answer --version within " + VERSION_SECONDS + " s; is it a redis-server?");
            }
            return new String(process.getInputStream().readNBytes(2_000), UTF_8).strip();
        } catch (IOException e) {
            throw new LocalRedisException(what + " does not run on this machine: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalRedisException("Interrupted while asking " + what + " for its version", e);
        }
    }
}
