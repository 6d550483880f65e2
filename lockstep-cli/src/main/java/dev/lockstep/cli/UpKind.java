package dev.lockstep.cli;

import dev.lockstep.local.LocalRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The kinds of deployments that {@code up} starts. */
enum UpKind {
    STANDALONE,
    SENTINEL;

    static final int USUAL_PORT = 6379;
    static final int USUAL_SENTINEL_PORT = 26379;
    private static final int USUAL_SENTINELS = 3;

    /** What to start, null meaning what is usual. The usual ports are taken if all of them are free. */
    LocalRedis plan(@Nullable Integer replicas, @Nullable Integer sentinels, @Nullable Integer port, Output output) {
        LocalRedis plan = this == SENTINEL ? LocalRedis.sentinel() : LocalRedis.standalone();
        int ports = 1;
        if (this == SENTINEL) {
            ports = sentinels == null ? USUAL_SENTINELS : sentinels;
            if (ports < 1) {
                throw new IllegalArgumentException("--sentinels must be at least 1; got " + ports);
            }
            plan.sentinels(ports).quorum(ports / 2 + 1);
        } else if (sentinels != null) {
            throw new IllegalArgumentException("--sentinels does not go with standalone; use: up sentinel");
        }
        if (replicas != null) {
            plan.replicas(replicas);
        }
        int usual = this == SENTINEL ? USUAL_SENTINEL_PORT : USUAL_PORT;
        if (port != null) {
            plan.port(port);
        } else if (IntStream.range(usual, usual + ports).allMatch(UpKind::isFree)) {
            plan.port(usual);
        } else {
            String which = ports == 1
                    ? "Port " + usual + " is"
                    : "Of ports " + usual + " to " + (usual + ports - 1) + " one is";
            output.progress(which + " in use; taking free ports instead.");
        }
        return plan;
    }

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** Reads the name of a kind. */
    static final class Converter implements ITypeConverter<UpKind> {
        @Override
        public UpKind convert(String text) {
            return switch (text) {
                case "standalone" -> STANDALONE;
                case "sentinel" -> SENTINEL;
                default ->
                    throw new TypeConversionException(
                            "'" + text + "' cannot be started; expected standalone or sentinel");
            };
        }
    }
}
