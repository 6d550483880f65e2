package dev.lockstep.drill;

import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntPredicate;

/** Counts the GETs of a Lettuce client that another node than the primary answered. */
final class ReplicaReadCount implements CommandLatencyRecorder {
    private final IntPredicate primaryPort;
    private final LongAdder count = new LongAdder();

    ReplicaReadCount(IntPredicate primaryPort) {
        this.primaryPort = primaryPort;
    }

    @Override
    public void recordCommandLatency(
            SocketAddress local, SocketAddress remote, ProtocolKeyword command, long firstResponse, long completion) {
        if (command == CommandType.GET
                && remote instanceof InetSocketAddress address
                && !primaryPort.test(address.getPort())) {
            count.increment();
        }
    }

    long count() {
        return count.sum();
    }
}
