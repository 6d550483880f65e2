package dev.lockstep.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The redis-server that comes along as a resource, unpacked once into the user's cache folder.
 *
 * <p>The file is named by a hash of its content, so a new version never meets an old file. Only a folder that nobody else
 * can write to is used, because what lies there is run.
 */
final class EmbeddedBinary {
    static final String RESOURCE = "/redis-server-7.0.15-" + platform();

    private static @Nullable Path unpacked;

    private EmbeddedBinary() {}

    /** The executable file; null when there is none for this platform. */
    static synchronized @Nullable Path path() {
        if (unpacked == null || !Files.isExecutable(unpacked)) {
            unpacked = unpack();
        }
        return unpacked;
    }

    private static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return (os.startsWith("mac") ? "darwin" : os)
                + "-"
                + switch (arch) {
                    case "x86_64" -> "amd64";
                    case "aarch64" -> "arm64";
                    case "x86", "i386", "i686" -> "386";
                    default -> arch;
                };
    }

    private static @Nullable Path unpack() {
        byte[] content;
        try (InputStream in = EmbeddedBinary.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                return null;
            }
            content = in.readAllBytes();
            Path file = cache().resolve("redis-server-" + sha256(content).substring(0, 16));
            if (!Files.isExecutable(file) || Files.size(file) != content.length) {
                // Another JVM may do the same now: each writes its own file, and the rename is atomic.
                Path part = Files.createTempFile(file.getParent(), "part-", null);
                Files.write(part, content);
                Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwx------"));
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
            return file;
        } catch (IOException e) {
            throw new LocalRedisException("Cannot unpack the embedded redis-server", e);
        }
    }

    private static Path cache() throws IOException {
        String xdg = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        List<Path> places = List.of(
                xdg.isEmpty() ? Path.of(System.getProperty("user.home", ""), ".cache") : Path.of(xdg),
                Path.of(System.getProperty("java.io.tmpdir"), "lockstep-" + System.getProperty("user.name")));
        IOException last = new IOException("Nobody else may be able to write to the cache folder; tried " + places);
        for (Path place : places) {
            if (place.isAbsolute()) { // a user without a home has "?"
                try {
                    Path folder = Files.createDirectories(place.resolve("lockstep"), ownerOnly());
                    if (isOursAlone(folder)) {
                        return folder;
                    }
                } catch (IOException e) {
                    last = e;
                }
            }
        }
        throw last;
    }

    private static FileAttribute<Set<PosixFilePermission>> ownerOnly() {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    }

    /** A user id may have no name, so a file of ours shows who we are. */
    private static boolean isOursAlone(Path folder) throws IOException {
        Path ours = Files.createTempFile(folder, "part-", null);
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder);
            return Files.getOwner(ours).equals(Files.getOwner(folder))
                    && !permissions.contains(PosixFilePermission.GROUP_WRITE)
                    && !permissions.contains(PosixFilePermission.OTHERS_WRITE);
        } finally {
            Files.delete(ours);
        }
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
