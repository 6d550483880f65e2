package dev.lockstep.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicationInfoTest {

    private static final String NONE = "0".repeat(40);

    private static String primary(String replicas) {
        return "# Replication\r\nrole:master\r\n" + replicas + "master_failover_state:no-failover\r\n"
                + "master_replid:aaaa\r\nmaster_replid2:" + NONE + "\r\nmaster_repl_offset:1500\r\n"
                + "second_repl_offset:-1\r\nrepl_backlog_active:1\r\nrepl_backlog_size:1048576\r\n";
    }

    private static final String REPLICA = """
            # Replication\r
            role:slave\r
            master_host:10.0.0.1\r
            master_port:7001\r
            master_link_status:down\r
            master_last_io_seconds_ago:-1\r
            master_sync_in_progress:1\r
            slave_read_repl_offset:2000\r
            slave_repl_offset:1000\r
            master_link_down_since_seconds:7\r
            slave_priority:0\r
            connected_slaves:1\r
            slave0:ip=10.0.0.9,port=7009,state=online,offset=900,lag=0\r
            master_replid:bbbb\r
            master_replid2:aaaa\r
            master_repl_offset:3000\r
            second_repl_offset:501\r
            repl_backlog_active:1\r
            """;

    @Test
    void a_primary_tells_its_own_offset_and_its_replicas() {
        ReplicationInfo info = ReplicationInfo.parse(primary("connected_slaves:2\r\n"
                + "slave0:ip=10.0.0.2,port=7002,state=online,offset=1400,lag=1\r\n"
                + "slave1:ip=::1,port=7003,state=wait_bgsave,offset=0,lag=0,type=replica\r\n"));

        assertThat(info.role()).isEqualTo(Role.PRIMARY);
        assertThat(info.position()).isEqualTo(new Position("aaaa", 1500));
        assertThat(info.parentHistory()).isNull();
        assertThat(info.parentCut()).isEqualTo(-1);
        assertThat(info.primary()).isNull();
        assertThat(info.linkUp()).isTrue();
        assertThat(info.linkDownSeconds()).isEqualTo(-1);
        assertThat(info.backlogActive()).isTrue();
        assertThat(info.replicas())
                .containsExactly(
                        new ReplicationInfo.AttachedReplica(new NodeAddress("10.0.0.2", 7002), true, 1400, 1),
                        new ReplicationInfo.AttachedReplica(new NodeAddress("::1", 7003), false, 0, 0));
    }

    @Test
    void a_replica_tells_what_it_has_applied_not_what_it_has_received() {
        ReplicationInfo info = ReplicationInfo.parse(REPLICA);

        assertThat(info.role()).isEqualTo(Role.REPLICA);
        assertThat(info.position()).isEqualTo(new Position("bbbb", 1000));
        assertThat(info.primary()).isEqualTo(new NodeAddress("10.0.0.1", 7001));
        assertThat(info.linkUp()).isFalse();
        assertThat(info.linkDownSeconds()).isEqualTo(7);
        assertThat(info.syncInProgress()).isTrue();
        assertThat(info.priority()).isZero();
        assertThat(info.parentHistory()).isEqualTo("aaaa");
        assertThat(info.parentCut()).isEqualTo(500);
        assertThat(info.replicas())
                .as("replicas of a replica are its own affair")
                .isEmpty();
    }

    @Test
    void the_section_is_found_in_a_longer_text_and_with_plain_line_ends() {
        String text = ("# Server\r\nrun_id:x\r\nxrole:no\r\n" + primary("connected_slaves:0\r\n")).replace("\r", "");

        assertThat(ReplicationInfo.parse(text).position()).isEqualTo(new Position("aaaa", 1500));
    }

    @Test
    void what_nobody_can_connect_to_is_left_out() {
        ReplicationInfo info = ReplicationInfo.parse(primary("connected_slaves:4\r\n"
                + "slave0:ip=10.0.0.2,port=0,state=online,offset=1,lag=1\r\n"
                + "slave1:ip=,port=7000,state=online,offset=1,lag=1\r\n"
                + "slave2:nonsense\r\n"));

        assertThat(info.replicas()).isEmpty();
    }

    @Test
    void addresses_are_translated() {
        ReplicationInfo primary = ReplicationInfo.parse(
                primary("connected_slaves:1\r\nslave0:ip=10.0.0.2,port=7002,state=online,offset=1400,lag=1\r\n"));

        assertThat(primary.translated(a -> new NodeAddress("nat", a.port()))
                        .replicas()
                        .get(0)
                        .address())
                .isEqualTo(new NodeAddress("nat", 7002));
        assertThat(ReplicationInfo.parse(REPLICA)
                        .translated(a -> new NodeAddress("nat", a.port()))
                        .primary())
                .isEqualTo(new NodeAddress("nat", 7001));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "role:master", "role:sentinel\r\nmaster_replid:a", "role:\r\nmaster_replid:a", "-ERR"})
    void a_text_without_role_or_history_is_refused_with_what_was_missing(String text) {
        assertThatThrownBy(() -> ReplicationInfo.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("INFO replication")
                .hasMessageContaining("expected");
    }

    @ParameterizedTest
    @ValueSource(strings = {"offset=x", "port=99999999999999999999", "lag="})
    void a_number_that_is_none_is_refused(String part) {
        String text = primary("connected_slaves:1\r\nslave0:ip=h,port=1,state=online,offset=1," + part + "\r\n");

        assertThatThrownBy(() -> ReplicationInfo.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected a number");
        assertThatThrownBy(() -> ReplicationInfo.parse(primary("").replace("1500", "many")))
                .hasMessageContaining("master_repl_offset:many");
    }
}
