package dev.lockstep.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The passwords that servers to be started shall have, and where they come from. */
final class Secrets {

    @Option(
            names = "--password",
            paramLabel = "SECRET",
            order = 11,
            description = "Password of the data nodes. Others see it in the process list: better set REDISCLI_AUTH,"
                    + " or use --password-file.")
    private @Nullable String password;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            order = 12,
            description = "The same from the first line of a file that only you can read.")
    private @Nullable Path passwordFile;

    @Option(
            names = "--sentinel-password",
            paramLabel = "SECRET",
            order = 13,
            description = "Password of the sentinels themselves.")
    private @Nullable String sentinelPassword;

    @Option(names = "--sentinel-password-file", paramLabel = "FILE", order = 14, description = "The same from a file.")
    private @Nullable Path sentinelPasswordFile;

    /** Of the data nodes: as an option, else from a file, else from the environment as redis-cli takes it. */
    @Nullable
    String password(Map<String, String> environment, Output output) {
        String given = one("--password", password, passwordFile, output);
        String inherited = environment.get("REDISCLI_AUTH");
        if (given != null || inherited == null || inherited.isEmpty()) {
            return given;
        }
        output.progress("The password of the data nodes is that of REDISCLI_AUTH.");
        return inherited;
    }

    @Nullable
    String sentinelPassword(Output output) {
        return one("--sentinel-password", sentinelPassword, sentinelPasswordFile, output);
    }

    private static @Nullable String one(String option, @Nullable String value, @Nullable Path file, Output output) {
        if (value != null && file != null) {
            throw new IllegalArgumentException(option + " and " + option + "-file are both given; give one of them");
        }
        if (value != null) {
            output.progress("Warning: a password after " + option + " can be seen by others in the process list; use "
                    + option + "-file" + (option.equals("--password") ? " or REDISCLI_AUTH." : "."));
        }
        return file == null ? value : firstLine(option + "-file", file);
    }

    private static String firstLine(String option, Path file) {
        try {
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
                if (permissions.stream().anyMatch(p -> !p.name().startsWith("OWNER_"))) {
                    throw new IllegalArgumentException(
                            option + " " + file + " can be read or changed by others; run: chmod 600 " + file);
                }
            }
            String line = Files.readString(file).lines().findFirst().orElse("");
            if (line.isEmpty()) {
                throw new IllegalArgumentException(option + " " + file + " has no password on its first line");
            }
            return line;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    option + " " + file + " cannot be read; is there such a file, and is it yours?", e);
        }
    }
}
