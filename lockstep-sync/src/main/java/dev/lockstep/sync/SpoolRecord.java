package dev.lockstep.sync;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What a generation of a spool has to remember beside its bytes. Immutable; replaced as a whole on the disk.
 *
 * @param origin where its stream begins, and of which position its snapshot is
 * @param snapshot how many bytes the snapshot has; {@link #ARRIVING}, or {@link #NONE} if the stream began without one or
 *     the snapshot is not needed any more
 * @param id like no other: which snapshot this is
 * @param lineage the histories that its stream is part of, in their order
 */
record SpoolRecord(StreamStart origin, long snapshot, String id, List<Epoch> lineage) {

    static final long ARRIVING = -1;
    static final long NONE = -2;

    private static final SecureRandom IDS = new SecureRandom();
    private static final String FILE = "record";
    private static final String FORMAT = "lockstep-spool 1";

    /** From this offset on the stream goes by this history. */
    record Epoch(String history, long from) {}

    SpoolRecord {
        lineage = List.copyOf(lineage);
    }

    static SpoolRecord begun(StreamStart origin, long snapshot) {
        String id = Long.toHexString(IDS.nextLong());
        return new SpoolRecord(origin, snapshot, id, List.of(new Epoch(origin.history(), origin.offset())));
    }

    SpoolRecord withSnapshot(long bytes) {
        return new SpoolRecord(origin, bytes, id, lineage);
    }

    SpoolRecord continuedAs(String history, long from) {
        List<Epoch> longer = new ArrayList<>(lineage);
        longer.add(new Epoch(history, from));
        return new SpoolRecord(origin, snapshot, id, longer);
    }

    String history() {
        return lineage.get(lineage.size() - 1).history();
    }

    /** The latest history that begins at an offset or before it. */
    String historyAt(long offset) {
        String history = lineage.get(0).history();
        for (Epoch epoch : lineage) {
            history = epoch.from() <= offset ? epoch.history() : history;
        }
        return history;
    }

    /** Whether a position lies on the way that the stream has taken, as far as {@code end}. */
    boolean contains(String history, long offset, long end) {
        for (int i = 0; i < lineage.size(); i++) {
            long until = i + 1 < lineage.size() ? lineage.get(i + 1).from() : end;
            if (lineage.get(i).history().equals(history)
                    && offset >= lineage.get(i).from()
                    && offset <= until) {
                return true;
            }
        }
        return false;
    }

    /** Writes it beside the old one, makes sure that it is on the disk, and puts it in the old one's place. */
    void write(Path folder) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append(FORMAT).append('\n');
        text.append("origin ").append(origin.history()).append(' ').append(origin.offset());
        text.append(' ').append(origin.database()).append('\n');
        text.append("snapshot ").append(snapshot).append('\n');
        text.append("id ").append(id).append('\n');
        for (Epoch epoch : lineage) {
            text.append("history ")
                    .append(epoch.history())
                    .append(' ')
                    .append(epoch.from())
                    .append('\n');
        }
        String sum = checksum(text.toString());
        text.append("crc32c ").append(sum).append('\n');
        Path draft = folder.resolve(FILE + ".tmp");
        try (FileChannel channel = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(draft, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true); // the name too
        }
    }

    /** Reads the one in a folder; throws if there is none, or if it is not as it was written. */
    static SpoolRecord read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        String text = Files.readString(file, StandardCharsets.US_ASCII);
        int sum = text.lastIndexOf("crc32c ");
        if (!text.startsWith(FORMAT + "\n")) {
            throw new IOException(file + " does not begin with '" + FORMAT + "'; another version has written it");
        }
        if (sum < 0 || !text.substring(sum).equals("crc32c " + checksum(text.substring(0, sum)) + "\n")) {
            throw new IOException(file + " is damaged: its checksum does not match");
        }
        List<Epoch> lineage = new ArrayList<>();
        StreamStart origin = new StreamStart("", 0, 0);
        long snapshot = NONE;
        String id = "";
        for (String line : text.substring(0, sum).lines().skip(1).toList()) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "origin" ->
                    origin = new StreamStart(words[1], Long.parseLong(words[2]), Integer.parseInt(words[3]));
                case "snapshot" -> snapshot = Long.parseLong(words[1]);
                case "id" -> id = words[1];
                case "history" -> lineage.add(new Epoch(words[1], Long.parseLong(words[2])));
                default -> throw new IOException(file + " speaks of '" + words[0] + "', which is not known here");
            }
        }
        if (lineage.isEmpty()) {
            throw new IOException(file + " names no history");
        }
        return new SpoolRecord(origin, snapshot, id, lineage);
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return Long.toHexString(crc.getValue());
    }
}
