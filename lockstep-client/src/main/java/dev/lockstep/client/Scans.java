package dev.lockstep.client;

import dev.lockstep.client.lettuce.Recording;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which process each cursor of an iteration (SCAN, HSCAN, SSCAN, ZSCAN) belongs to. Thread-safe.
 *
 * <p>A cursor is a place in the hash table of one process. Another process, with another hash seed, would skip keys without
 * anybody noticing.
 */
final class Scans {

    private static final int KEPT = 4096;

    private final Map<String, String> processByCursor = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > KEPT;
        }
    };

    /**
     * Binds the call to the process that gave its cursor.
     *
     * @param shard where it goes, which tells cursors over all of a shard's keys apart
     */
    void continues(Call call, String shard) {
        List<String> arguments = call.request.texts();
        boolean keyed = !call.name().equals("SCAN");
        String key = keyed && !arguments.isEmpty() ? arguments.get(0) : shard;
        String cursor = arguments.size() > (keyed ? 1 : 0) ? arguments.get(keyed ? 1 : 0) : "0";
        if (!cursor.equals("0") && call.boundTo == null) {
            call.boundTo = processOf(call.name() + '\n' + key + '\n' + cursor);
        }
        call.iteration = call.name() + '\n' + key + '\n';
    }

    private synchronized @Nullable String processOf(String place) {
        return processByCursor.get(place);
    }

    /** Remembers who gave the cursor that the call was answered with. */
    void answered(Call call, String runId) {
        String cursor = cursor(call.command.getOutput());
        if (!cursor.equals("0")) {
            synchronized (this) {
                processByCursor.put(call.iteration + cursor, runId);
            }
        }
    }

    private static String cursor(CommandOutput<?, ?, ?> output) {
        if (output instanceof Recording reply && !reply.strings().isEmpty()) {
            ByteBuffer first = reply.strings().get(0);
            return first == null
                    ? "0"
                    : StandardCharsets.US_ASCII.decode(first.duplicate()).toString();
        }
        return output.get() instanceof ScanCursor cursor && !cursor.isFinished() ? cursor.getCursor() : "0";
    }
}
