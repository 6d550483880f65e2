package dev.lockstep.cli;

import dev.lockstep.local.LocalRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The kinds of deployments that {@code up} starts. */
enum UpKind {
    STANDALONE,
    SENTINEL,
    CLUSTER;

    static final int USUAL_PORT = 6379;
    static final int USUAL_SENTINEL_PORT = 26379;
    private static final int LAST_PORT = 65_535;
    static final int USUAL_CLUSTER_PORT = 7000;
    private static final int USUAL_SENTINELS = 3;
    private static final int USUAL_SHARDS = 3;
    private static final int USUAL_REPLICAS_OF_A_SHARD = 1;

    /** How many of what are to be started; null where nothing was said, meaning what is usual. */
    record Size(
            @Nullable Integer shards,
            @Nullable Integer replicas,
            @Nullable Integer sentinels) {}

    /** What to start. The usual ports are taken if all of them are free. */
    LocalRedis plan(Size size, @Nullable Integer port, Output output) {
        refuseWhatDoesNotGoWithIt(size);
        LocalRedis plan = switch (this) {
            case STANDALONE -> LocalRedis.standalone();
            case SENTINEL -> LocalRedis.sentinel();
            case CLUSTER -> LocalRedis.cluster();
        };
        if (size.replicas() != null) {
            plan.replicas(size.replicas());
        }
        if (size.shards() != null) {
            plan.shards(size.shards());
        }
        if (size.sentinels() != null) {
            plan.sentinels(size.sentinels()).quorum(size.sentinels() / 2 + 1);
        }
        int usual = usualPort();
        int ports = ports(size);
        if (port != null) {
            if (port > LAST_PORT - ports + 1) {
                throw new IllegalArgumentException(
                        "--port must be at most " + (LAST_PORT - ports + 1) + " for " + ports + " ports; got " + port);
            }
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

    private void refuseWhatDoesNotGoWithIt(Size size) {
        String name = name().toLowerCase(Locale.ROOT);
        if (size.sentinels() != null && this != SENTINEL) {
            throw new IllegalArgumentException("--sentinels does not go with " + name + "; use: up sentinel");
        }
        if (size.sentinels() != null && size.sentinels() < 1) {
            throw new IllegalArgumentException("--sentinels must be at least 1; got " + size.sentinels());
        }
        if (size.shards() != null && this != CLUSTER) {
            throw new IllegalArgumentException("--shards does not go with " + name + "; use: up cluster");
        }
    }

    private int usualPort() {
        return switch (this) {
            case STANDALONE -> USUAL_PORT;
            case SENTINEL -> USUAL_SENTINEL_PORT;
            case CLUSTER -> USUAL_CLUSTER_PORT;
        };
    }

    /** How many ports follow each other. */
    private int ports(Size size) {
        return switch (this) {
            case STANDALONE -> 1;
            case SENTINEL -> orUsual(size.sentinels(), USUAL_SENTINELS);
            case CLUSTER ->
                orUsual(size.shards(), USUAL_SHARDS) * (1 + orUsual(size.replicas(), USUAL_REPLICAS_OF_A_SHARD));
        };
    }

    private static int orUsual(@Nullable Integer said, int usual) {
        return said == null ? usual : said;
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
                case "cluster" -> CLUSTER;
                default ->
                    throw new TypeConversionException(
                            "'" + text + "' cannot be started; expected standalone, sentinel or cluster");
            };
        }
    }
}
