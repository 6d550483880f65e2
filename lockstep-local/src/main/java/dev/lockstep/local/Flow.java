package dev.lockstep.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;

/** The bytes of one direction of a connection, on their way from a source to a sink. Used by one thread. */
final class Flow {
    /** How much may be on its way; then the source has to wait, as on a full wire. */
    private static final int LIMIT = 4 * 1024 * 1024;

    private record Chunk(ByteBuffer bytes, long dueNanos) {}

    private final SocketChannel source;
    private final SocketChannel sink;
    private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
    private int bytesOnTheWay;
    private boolean sinkIsFull;
    private boolean sourceEnded;
    private long endDueNanos;
    private boolean finished;

    Flow(SocketChannel source, SocketChannel sink) {
        this.source = source;
        this.sink = sink;
    }

    /** Reads and writes what is possible now; returns when the next bytes are due, or Long.MAX_VALUE. */
    long move(ByteBuffer buffer, boolean held, long delayNanos) throws IOException {
        if (held || finished) {
            return Long.MAX_VALUE;
        }
        sinkIsFull = false;
        deliver(System.nanoTime());
        if (!sourceEnded && bytesOnTheWay < LIMIT) {
            buffer.clear();
            int read = source.read(buffer);
            buffer.flip();
            if (read < 0) {
                sourceEnded = true;
                endDueNanos = System.nanoTime() + delayNanos;
            } else if (read > 0) {
                if (delayNanos == 0 && chunks.isEmpty()) {
                    sink.write(buffer);
                }
                if (buffer.hasRemaining()) {
                    sinkIsFull = delayNanos == 0;
                    keep(buffer, System.nanoTime() + delayNanos);
                }
            }
        }
        if (sourceEnded && chunks.isEmpty() && System.nanoTime() - endDueNanos >= 0) {
            sink.shutdownOutput();
            finished = true;
        }
        return nextDue();
    }

    private void keep(ByteBuffer buffer, long dueNanos) {
        ByteBuffer copy = ByteBuffer.allocate(buffer.remaining()).put(buffer).flip();
        bytesOnTheWay += copy.remaining();
        chunks.add(new Chunk(copy, dueNanos));
    }

    private void deliver(long now) throws IOException {
        for (Chunk head = chunks.peek(); head != null && now - head.dueNanos() >= 0; head = chunks.peek()) {
            bytesOnTheWay -= sink.write(head.bytes());
            if (head.bytes().hasRemaining()) {
                sinkIsFull = true;
                return;
            }
            chunks.remove();
        }
    }

    private long nextDue() {
        Chunk head = chunks.peek();
        if (head != null) {
            return sinkIsFull ? Long.MAX_VALUE : head.dueNanos();
        }
        return sourceEnded && !finished ? endDueNanos : Long.MAX_VALUE;
    }

    boolean isFinished() {
        return finished;
    }

    int readInterest(boolean held) {
        return held || sourceEnded || bytesOnTheWay >= LIMIT ? 0 : SelectionKey.OP_READ;
    }

    int writeInterest(boolean held) {
        return sinkIsFull && !held ? SelectionKey.OP_WRITE : 0;
    }
}
