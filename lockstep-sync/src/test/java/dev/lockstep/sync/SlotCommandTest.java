package dev.lockstep.sync;

import static dev.lockstep.sync.CommandText.at;
import static dev.lockstep.sync.CommandText.text;
import static dev.lockstep.sync.CommandText.words;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is known of a command besides its keys: its expiry, what its reply tells, and whether it may be repeated. */
class SlotCommandTest {

    private static SlotCommand command(String text) {
        return ((Effect.OneSlot) EffectDecision.of(words(text), 0, new TargetShape(false, 16), 0)).command();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            SET k v PXAT 7000                           > SET k v PXAT 7500
            SETEX k 7 v                                 > SET k v PXAT 7500
            PEXPIREAT k 7000 NX                         > PEXPIREAT k 7500
            RESTORE k 7000 p REPLACE ABSTTL             > RESTORE k 7500 p REPLACE ABSTTL
            HPEXPIREAT k 7000 FIELDS 1 f                > HPEXPIREAT k 7500 FIELDS 1 f
            HSETEX k PXAT 7000 FIELDS 1 f v             > HSETEX k PXAT 7500 FIELDS 1 f v
            MSETEX 1 k PXAT PXAT 7000                   > MSETEX 1 k PXAT PXAT 7500
            """)
    void a_grace_makes_what_expires_expire_later(String sent, String later) {
        assertThat(command(sent).expiry()).hasValue(7000);
        assertThat(text(command(sent).withGrace(500).words())).isEqualTo(later);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET k v",
                "SET k PXAT",
                "SET k v KEEPTTL",
                "RESTORE k 0 p REPLACE",
                "HSETEX k KEEPTTL FIELDS 1 PXAT 5",
                "HSETEX k FIELDS 2 PXAT 5 f v",
                "MSETEX 1 PXAT 5",
                "RPUSH k PXAT 5",
                "PERSIST k"
            })
    void a_grace_leaves_alone_what_does_not_expire(String sent) {
        SlotCommand command = command(sent);
        assertThat(command.expiry()).isEmpty();
        assertThat(command.withGrace(500)).isSameAs(command);
    }

    @Test
    void a_grace_never_overflows() {
        SlotCommand last = command("PEXPIREAT k " + Long.MAX_VALUE);
        assertThat(last.withGrace(1)).isSameAs(last);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PEXPIREAT k 7",
                "EXPIRE k 7",
                "PERSIST k",
                "GETEX k PERSIST",
                "SADD k a",
                "SREM k a",
                "ZREM k a",
                "LREM k 0 a",
                "SMOVE a b m",
                "COPY a b",
                "XACK k g 1-1",
                "LPUSHX k a",
                "HSETNX k f v",
                "PFADD k a"
            })
    void zero_tells_that_nothing_was_hit(String sent) {
        ExpectedReply reply = command(sent).reply();
        assertThat(reply.allows(0)).isFalse();
        assertThat(reply.allows(-1)).isFalse();
        assertThat(reply.allows(1)).isTrue();
        assertThat(reply.allowsNull()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET k v XX",
                "LPOP k",
                "RPOP k 2",
                "RPOPLPUSH a b",
                "ZADD k XX INCR 1 a",
                "XADD k NOMKSTREAM 1-1 a b"
            })
    void null_tells_that_nothing_was_hit(String sent) {
        ExpectedReply reply = command(sent).reply();
        assertThat(reply.allowsNull()).isFalse();
        assertThat(reply.allows(0)).isTrue();
        assertThat(reply.allowsArray(0, 0)).isFalse();
        assertThat(reply.allowsArray(2, 0)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"DEL k", "UNLINK k", "GETDEL k", "HDEL k f", "DECR k", "SUNIONSTORE d a", "XCLAIM k g c 0 1-1"})
    void of_others_any_answer_will_do(String sent) {
        ExpectedReply reply = command(sent).reply();
        assertThat(reply.allows(0)).isTrue();
        assertThat(reply.allowsNull()).isTrue();
        assertThat(reply.allowsArray(0, 0)).isTrue();
    }

    @Test
    void every_field_has_to_be_hit_by_an_expiry_and_one_by_a_persist() {
        ExpectedReply expiry = command("HPEXPIREAT k 7 FIELDS 2 f g").reply();
        assertThat(expiry.allowsArray(2, 2)).isTrue();
        assertThat(expiry.allowsArray(2, 1)).isFalse();
        assertThat(expiry.allowsArray(0, 0)).isFalse();
        ExpectedReply persist = command("HPERSIST k FIELDS 2 f g").reply();
        assertThat(persist.allowsArray(2, 1)).isTrue();
        assertThat(persist.allowsArray(2, 0)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            SET k v NX, true
            MSETNX a 1 b 2, true
            DEL a b, true
            COPY a b, true
            INCR k, false
            RPUSH k a, false
            RPOPLPUSH a b, false
            RENAME a b, false
            XADD k 1-1 f v, false
            BITFIELD k SET u8 0 1, true
            BITFIELD k INCRBY u8 0 1, false
            ZADD k 1 a, true
            ZADD k INCR 1 a, false
            ZUNIONSTORE d 2 a b, true
            ZUNIONSTORE d 2 a d, false
            BITOP NOT d a, true
            BITOP NOT d d, false
            SORT a LIMIT 1 1 STORE a, false
            SUNIONSTORE d d a, true
            XCLAIM k g c 0 1-1 TIME 5 RETRYCOUNT 1 FORCE JUSTID, true
            XCLAIM k g c 0 1-1, false
            """)
    void whether_it_may_be_repeated(String sent, boolean repeatable) {
        assertThat(command(sent).isRepeatable()).isEqualTo(repeatable);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            SET k v, k
            DEL a b, a b
            MSET a 1 b 2, a b
            RENAME a b, a b
            COPY a b, b
            SUNIONSTORE d a b, d
            SORT a STORE d, d
            BITOP NOT d a, d
            XGROUP DESTROY k g, k
            """)
    void which_keys_it_changes(String sent, String keys) {
        SlotCommand command = command(sent);
        assertThat(at(command.words(), command.written())).isEqualTo(keys);
    }
}
