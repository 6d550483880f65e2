package dev.lockstep.drill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** stub */
public final class CopyReport {
    private CopyReport() {}
    public static void write(CopyResult result, Path file) {
        try { Files.writeString(file, result.text()); } catch (IOException e) { throw new UncheckedIOException(e); }
    }
}
