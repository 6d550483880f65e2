package dev.lockstep.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A replica that keeps nothing: it takes the snapshot of an empty source, and then gives out the commands that follow. */
final class StreamTap implements AutoCloseable {

    private final RespSocket socket;
    private final long offset;
    private final long receivedAtOffset;

    StreamTap(int port) {
        socket = new RespSocket(port);
        socket.ok("REPLCONF", "capa", "psync2");
        socket.send(Words.of("PSYNC", "?", "-1"));
        String[] answer = socket.line().split(" ", -1);
        if (!answer[0].equals("+FULLRESYNC")) {
            throw new AssertionError("Expected a full copy, got " + String.join(" ", answer));
        }
        String length = socket.line();
        while (length.isEmpty()) {
            length = socket.line();
        }
        socket.bytes(Integer.parseInt(length.substring(1)));
        offset = Long.parseLong(answer[2]);
        receivedAtOffset = socket.received();
        socket.send(Words.of("REPLCONF", "ACK", answer[2]));
    }

    /** Every command up to an offset of the source. */
    List<Words> upTo(long end) {
        List<Words> commands = new ArrayList<>();
        while (offset + socket.received() - receivedAtOffset < end) {
            List<?> words = (List<?>) Objects.requireNonNull(socket.receive());
            commands.add(Words.of(words.stream().map(word -> (byte[]) word).toArray(byte[][]::new)));
        }
        return commands;
    }

    @Override
    public void close() {
        socket.close();
    }
}
