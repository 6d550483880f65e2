package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortLeaseTest {
    @Test
    void aLeasedPortIsSilentAndItsServerCanStillListenThere() throws Exception {
        try (PortLease lease = PortLease.any();
                Socket caller = new Socket()) {
            assertThatThrownBy(() -> caller.connect(PortLease.loopback(lease.port())))
                    .isInstanceOf(ConnectException.class);
            try (ServerSocket server = new ServerSocket()) {
                server.setReuseAddress(true); // as redis-server does
                server.bind(PortLease.loopback(lease.port()));
                assertThatThrownBy(() -> PortLease.of(lease.port()))
                        .isInstanceOf(LocalRedisException.class)
                        .hasMessageContaining("in use");
            }
        }
    }

    @Test
    void noPortIsLeasedTwice() {
        Set<Integer> ports = new HashSet<>();
        Set<PortLease> leases = new HashSet<>();
        try {
            for (int i = 0; i < 500; i++) {
                PortLease lease = PortLease.any();
                leases.add(lease);
                assertThat(ports.add(lease.port())).isTrue();
            }
        } finally {
            leases.forEach(PortLease::close);
        }
    }
}
