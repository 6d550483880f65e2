package dev.lockstep.sync;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A snapshot that a server saved to a file. */
final class FileSnapshot implements SnapshotBytes, AutoCloseable {

    private final FileChannel file;

    FileSnapshot(Path path) throws IOException {
        file = FileChannel.open(path, StandardOpenOption.READ);
    }

    @Override
    public int read(long position, ByteBuffer into) throws IOException {
        return file.read(into, position);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
