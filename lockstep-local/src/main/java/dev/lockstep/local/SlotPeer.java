package dev.lockstep.local;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node that takes part in a move of slots: a connection to it, past any link, and what it was told and has not answered. */
final class SlotPeer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SlotPeer.class);
    private static final Duration COMMAND_BOUND = Duration.ofSeconds(5);

    /** What was sent for which slot, in words for an error. */
    private record Sent(int slot, String words) {}

    private final SlotMove move;
    private final LocalServer server;
    private final RespConnection connection;
    private final Queue<Sent> sent = new ArrayDeque<>();

    SlotPeer(SlotMove move, LocalServer server) {
        this.move = move;
        this.server = server;
        try {
            connection = server.spec().endpoint().connect(COMMAND_BOUND).inBytes();
        } catch (IOException e) {
            throw new LocalRedisException("No slot can be moved: " + server + " cannot be connected to", e);
        }
    }

    @Nullable
    Object call(int slot, String... command) {
        send(slot, command);
        Object reply = null;
        while (!sent.isEmpty()) {
            reply = receive();
        }
        return reply;
    }

    void send(int slot, String... command) {
        try {
            connection.send(command);
            sent.add(new Sent(slot, words(command)));
        } catch (IOException e) {
            throw failure(slot, "cannot be sent " + words(command) + ": " + e.getMessage(), e);
        }
    }

    private @Nullable Object receive() {
        Sent oldest = sent.remove();
        try {
            return connection.receive();
        } catch (RespConnection.ErrorReply e) {
            throw failure(oldest.slot(), "answers " + oldest.words() + " with: " + e.getMessage(), e);
        } catch (IOException e) {
            throw failure(oldest.slot(), "does not answer " + oldest.words() + ": " + e.getMessage(), e);
        }
    }

    void settle() {
        while (!sent.isEmpty()) {
            receive();
        }
    }

    /** Whether it can be told; the bus tells it anyway. */
    boolean hears(int slot, String... command) {
        return succeeds(() -> {
            settle();
            send(slot, command);
        });
    }

    boolean isSettled() {
        return succeeds(this::settle);
    }

    private boolean succeeds(Runnable telling) {
        try {
            telling.run();
            return true;
        } catch (LocalRedisException e) {
            LOG.debug("Told no more of moved slots", e);
            close();
            return false;
        }
    }

    private LocalRedisException failure(int slot, String what, IOException cause) {
        return new LocalRedisException(
                "Slot " + slot + " on its way: " + server + " " + what + ". Of " + move + ", " + move.moved()
                        + " have arrived; move them again, by the primaries that the two shards have now",
                cause);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (IOException e) {
            LOG.debug("Connection to {} lost", server, e);
        }
    }

    /** Never the arguments of MIGRATE: a password is among them. */
    private static String words(String... command) {
        return command[0].equals("CLUSTER") ? String.join(" ", command) : command[0];
    }
}
