package dev.lockstep.sync;

import static dev.lockstep.sync.CommandText.text;
import static dev.lockstep.sync.CommandText.words;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of what becomes of a command. It is 1,000,000 ms since 1970 at the source, and its database is 0. */
class EffectDecisionTest {

    private static final TargetShape WHOLE = new TargetShape(false, 16);
    private static final TargetShape SHARDED = new TargetShape(true, 1);

    private static Effect decide(String command, TargetShape target) {
        return EffectDecision.of(words(command), 0, target, 1_000_000);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            SET k v                                     > SET k v
            SET k v KEEPTTL                             > SET k v KEEPTTL
            SET k v pxat 5                              > SET k v pxat 5
            SET k v NX                                  > SET k v
            SET k v XX GET KEEPTTL                      > SET k v KEEPTTL
            SET k v IFEQ NX                             > SET k v
            SET k v IFDNE x EXAT 7                      > SET k v PXAT 7000
            SET k v GET EX 7                            > SET k v PXAT 1007000
            SET k v PX 7 NX                             > SET k v PXAT 1000007
            SETNX k v                                   > SET k v
            GETSET k v                                  > SET k v
            SETEX k 7 v                                 > SET k v PXAT 1007000
            PSETEX k 7 v                                > SET k v PXAT 1000007
            GETEX k PERSIST                             > PERSIST k
            GETEX k EXAT 7                              > PEXPIREAT k 7000
            GETEX k PX 7                                > PEXPIREAT k 1000007
            GETDEL k                                    > DEL k
            DELEX k IFEQ v                              > DEL k
            DELIFEQ k v                                 > DEL k
            MSETNX {a}1 v {a}2 w                        > MSET {a}1 v {a}2 w
            MSETEX 2 {a}1 v {a}2 w XX EX 7              > MSETEX 2 {a}1 v {a}2 w PXAT 1007000
            MSETEX 1 k v NX KEEPTTL                     > MSETEX 1 k v KEEPTTL
            PEXPIREAT k 7                               > PEXPIREAT k 7
            PEXPIREAT k 7 NX                            > PEXPIREAT k 7
            pexpireat k 7 GT                            > PEXPIREAT k 7
            EXPIREAT k 7 XX                             > PEXPIREAT k 7000
            EXPIRE k 7 LT                               > PEXPIREAT k 1007000
            PEXPIRE k 7                                 > PEXPIREAT k 1000007
            PERSIST k                                   > PERSIST k
            RENAMENX {a}1 {a}2                          > RENAME {a}1 {a}2
            COPY {a}1 {a}2                              > COPY {a}1 {a}2 REPLACE
            COPY {a}1 {a}2 REPLACE DB 0                 > COPY {a}1 {a}2 REPLACE
            RESTORE k 0 p                               > RESTORE k 0 p REPLACE ABSTTL
            RESTORE k 0 p REPLACE                       > RESTORE k 0 p REPLACE
            RESTORE k 7 p ABSTTL                        > RESTORE k 7 p ABSTTL REPLACE
            RESTORE k 7 p REPLACE ABSTTL                > RESTORE k 7 p REPLACE ABSTTL
            RESTORE k 7 p IDLETIME 5                    > RESTORE k 1000007 p IDLETIME 5 REPLACE ABSTTL
            RESTORE-ASKING k 7 p ABSTTL                 > import: RESTORE k 7 p ABSTTL REPLACE
            HPEXPIREAT k 7 FIELDS 2 f g                 > HPEXPIREAT k 7 FIELDS 2 f g
            HPEXPIREAT k 7 GT FIELDS 1 f                > HPEXPIREAT k 7 FIELDS 1 f
            HEXPIRE k 7 FIELDS 1 f                      > HPEXPIREAT k 1007000 FIELDS 1 f
            HPEXPIRE k 7 NX FIELDS 1 NX                 > HPEXPIREAT k 1000007 FIELDS 1 NX
            HEXPIREAT k 7 FIELDS 1 f                    > HPEXPIREAT k 7000 FIELDS 1 f
            HGETEX k PERSIST FIELDS 1 f                 > HPERSIST k FIELDS 1 f
            HGETEX k EX 7 FIELDS 1 f                    > HPEXPIREAT k 1007000 FIELDS 1 f
            HGETDEL k FIELDS 2 f g                      > HDEL k f g
            HSETEX k FIELDS 1 f v                       > HSETEX k FIELDS 1 f v
            HSETEX k FNX PXAT 7 FIELDS 1 f v            > HSETEX k PXAT 7 FIELDS 1 f v
            HSETEX k XX KEEPTTL FXX FIELDS 1 f v        > HSETEX k KEEPTTL FIELDS 1 f v
            ZADD k NX GT CH 1 a                         > ZADD k NX GT CH 1 a
            XADD k MAXLEN = 3 5-1 f v                   > XADD k MAXLEN = 3 5-1 f v
            XADD k MAXLEN = 3 LIMIT 9 5-1 f v           > XADD k MAXLEN = 3 5-1 f v
            XADD k NOMKSTREAM MINID 1-1 LIMIT 9 5-1 a b > XADD k NOMKSTREAM MINID 1-1 5-1 a b
            XADD k KEEPREF IDMP p i 5-1 LIMIT 9         > XADD k KEEPREF IDMP p i 5-1 LIMIT 9
            XTRIM k MAXLEN = 0 LIMIT 9                  > XTRIM k MAXLEN = 0
            XTRIM k MAXLEN = 0                          > XTRIM k MAXLEN = 0
            XGROUP CREATE k g $ MKSTREAM                > XGROUP CREATE k g $ MKSTREAM
            lpush k a b                                 > lpush k a b
            """)
    void a_command_is_carried_out_in_its_plain_form(String command, String effect) {
        assertThat(text(decide(command, WHOLE))).isEqualTo(effect);
        assertThat(text(decide(command, SHARDED))).isEqualTo(effect);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            DEL a b {a}2                                > DEL a {a}2 | DEL b
            UNLINK b a                                  > UNLINK a | UNLINK b
            MSET a 1 b 2 {a}2 3 a 4                     > MSET a 1 {a}2 3 a 4 | MSET b 2
            MSETNX a 1 b 2                              > MSET a 1 | MSET b 2
            MSETEX 3 a 1 b 2 {b}2 3 NX PXAT 7           > MSETEX 1 a 1 PXAT 7 | MSETEX 2 b 2 {b}2 3 PXAT 7
            RENAME a b                                  > move a to b
            RENAMENX a b                                > move a to b
            COPY a b                                    > copy a to b
            LMOVE a b LEFT RIGHT                        > LINDEX a 0 | RPUSH b ? | LPOP a
            LMOVE a b right left                        > LINDEX a -1 | LPUSH b ? | RPOP a
            RPOPLPUSH a b                               > LINDEX a -1 | LPUSH b ? | RPOP a
            SMOVE a b m                                 > SISMEMBER a m | SADD b ? | SREM a m
            SUNIONSTORE d a b {d}2                      > make d of copies of a b
            SDIFFSTORE a a b                            > make a of copies of b
            SINTERSTORE d {d}1 b                        > make d of copies of b
            ZUNIONSTORE d 2 a b WEIGHTS 1 2             > make d of copies of a b
            ZINTERSTORE d 1 a                           > make d of copies of a
            ZDIFFSTORE d 2 d a                          > make d of copies of a
            ZRANGESTORE d a 0 -1                        > make d of copies of a
            BITOP AND d a b                             > make d of copies of a b
            PFMERGE d a b                               > make d of copies of a b
            SORT a BY nosort LIMIT 0 1 STORE d ALPHA    > make d of copies of a
            GEORADIUS a 1 2 3 km COUNT 1 STORE d        > make d of copies of a
            GEORADIUSBYMEMBER a STORE 3 km STOREDIST d  > make d of copies of a
            GEOSEARCHSTORE d a FROMMEMBER m BYRADIUS 1 m> make d of copies of a
            """)
    void keys_of_several_slots_are_told_apart_on_a_sharded_target_only(String command, String effect) {
        assertThat(text(decide(command, SHARDED))).isEqualTo(effect);
        assertThat(decide(command, WHOLE)).isInstanceOf(Effect.OneSlot.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            PING                                        > Nothing
            REPLCONF GETACK *                           > Nothing
            OPINFO 1                                    > Nothing
            SCRIPT LOAD x                               > Nothing
            MULTI                                       > Begin
            EXEC                                        > End
            SELECT 3                                    > select 3
            PUBLISH c m                                 > Message
            SPUBLISH c m                                > Message
            FLUSHALL ASYNC                              > flush all
            FLUSHDB                                     > flush database
            SFLUSH 0 5 7 7 SYNC                         > flush 0-5 7-7
            CLUSTER FLUSHSLOT 9 ASYNC                   > flush 9-9
            TRIMSLOTS RANGES 1 0 100                    > SlotNews
            CLUSTER SYNCSLOTS CONF x                    > SlotNews
            FUNCTION LOAD code                          > functions: FUNCTION LOAD REPLACE code
            FUNCTION LOAD REPLACE code                  > functions: FUNCTION LOAD REPLACE code
            FUNCTION RESTORE p                          > functions: FUNCTION RESTORE p REPLACE
            FUNCTION RESTORE p APPEND                   > functions: FUNCTION RESTORE p REPLACE
            FUNCTION RESTORE p FLUSH                    > functions: FUNCTION RESTORE p FLUSH
            FUNCTION DELETE lib                         > functions: FUNCTION DELETE lib (may fail)
            FUNCTION FLUSH ASYNC                        > functions: FUNCTION FLUSH ASYNC
            """)
    void what_is_not_about_keys_is_told_apart(String command, String effect) {
        assertThat(text(decide(command, WHOLE))).isEqualTo(effect);
        assertThat(text(decide(command, SHARDED))).isEqualTo(effect);
    }

    @Test
    void databases_are_crossed_only_where_the_target_has_them() {
        assertThat(text(decide("SWAPDB 0 15", WHOLE))).isEqualTo("swap 0 15");
        assertThat(text(decide("MOVE k 15", WHOLE))).isEqualTo("to database 15: MOVE k 15");
        assertThat(text(decide("COPY a b REPLACE DB 1", WHOLE))).isEqualTo("to database 1: COPY a b DB 1 REPLACE");
        assertThat(text(EffectDecision.of(words("COPY a b DB 1"), 1, WHOLE, 0))).isEqualTo("COPY a b REPLACE");
        assertThat(text(decide("SWAPDB 0 16", WHOLE))).startsWith("refused: SWAPDB exchanges the databases 0 and 16");
        assertThat(text(decide("MOVE k 16", WHOLE))).startsWith("refused: MOVE to database 16, and the target has 16");
        assertThat(text(decide("SWAPDB 0 1", SHARDED))).startsWith("refused: SWAPDB");
        assertThat(text(decide("MOVE k 1", SHARDED))).startsWith("refused: MOVE to database 1");
        assertThat(text(decide("COPY k k DB 1", SHARDED))).startsWith("refused: COPY to database 1");
        assertThat(text(decide("COPY a b DB 1", SHARDED))).startsWith("refused: COPY to another database");
        TargetShape both = new TargetShape(true, 16);
        assertThat(text(decide("MOVE k 1", both))).isEqualTo("to database 1: MOVE k 1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            JSON.SET k $ 1                              > JSON.SET is not a command that is known
            XGROUP RENAME k g                           > XGROUP is not a command that is known
            EVAL return 0                               > EVAL was sent as it is
            SPOP k                                      > SPOP was sent as it is, where servers send SREM
            XREADGROUP GROUP g c STREAMS s >            > XREADGROUP was sent as it is
            SET k v SECRET                              > SET with 4 words is not as it is known: word 3
            SET k                                       > SET with 2 words is not as it is known
            INCR                                        > INCR with 1 words is not as it is known
            PEXPIREAT k soon XX                         > PEXPIREAT with 4 words is not as it is known: a word is not a number
            ZUNIONSTORE d 3 a b                         > ZUNIONSTORE with 5 words is not as it is known
            ZUNIONSTORE d 9223372036854775807 a         > ZUNIONSTORE with 4 words is not as it is known
            MSETEX 4611686018427387904 a                > MSETEX with 3 words is not as it is known
            SFLUSH 5 16384                              > SFLUSH with 3 words is not as it is known
            EXPIRE k 9223372036854775807                > EXPIRE with 3 words is not as it is known
            XADD k MAXLEN 3 5-* f v                     > XADD with 7 words is not as it is known: the source has not put
            SORT k STORE                                > SORT with 3 words is not as it is known
            HEXPIRE k 5 f                               > HEXPIRE with 4 words is not as it is known
            """)
    void what_is_not_known_is_refused(String command, String reason) {
        // The last character of one command is the table's delimiter.
        String whole = command.startsWith("XREADGROUP") ? "XREADGROUP GROUP g c STREAMS s >" : command;
        assertThat(text(decide(whole, WHOLE)))
                .startsWith("refused: " + (whole.equals(command) ? reason : "XREADGROUP was sent as it is"));
    }

    @Test
    void what_only_a_target_without_slots_can_do_is_refused_by_others() {
        for (String command :
                new String[] {"SORT {a}1 BY w_* STORE {a}2", "SORT {a}1 GET o_* STORE {a}2", "PFCOUNT a b"}) {
            assertThat(decide(command, WHOLE)).isInstanceOf(Effect.OneSlot.class);
            assertThat(decide(command, SHARDED)).as(command).isInstanceOf(Effect.Refused.class);
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            JSON.SET k $ 1, -1
            SPOP k, -1
            SWAPDB 0 99, -1
            INCR, -1
            MOVE k 99, 1
            SET k v SECRET, 1
            XADD k * f v, 1
            XGROUP CREATE, -1
            """)
    void a_refusal_knows_the_key(String command, int place) {
        assertThat(((Effect.Refused) decide(command, WHOLE)).key()).isEqualTo(place);
    }

    @Test
    void a_refusal_shows_no_value() {
        Words secret = Words.of("hunter2 swordfish".getBytes(StandardCharsets.UTF_8), new byte[] {1});
        assertThat(text(EffectDecision.of(secret, 0, WHOLE, 0)))
                .contains("of 17 bytes")
                .doesNotContain("hunter2");
        assertThat(text(decide("SET k v hunter2", WHOLE))).doesNotContain("hunter2");
        assertThat(text(decide("EXPIRE k hunter2", WHOLE))).doesNotContain("hunter2");
    }

    /** Ten thousand commands whose words were cut off, doubled, exchanged or filled with anything. */
    @Test
    void whatever_a_stream_holds_is_decided_on() {
        Random random = new Random(11);
        String[] options = {
            "", "-1", "0", "3", "99999999999999999999", "9223372036854775807", "FIELDS", "STORE", "PX", "DB"
        };
        ReplicatedCommand[] commands = ReplicatedCommand.values();
        for (int i = 0; i < 10_000; i++) {
            String line = commands[random.nextInt(commands.length)].words();
            for (int j = random.nextInt(7); j > 0; j--) {
                line += " " + (random.nextBoolean() ? "k" + j : options[random.nextInt(options.length)]);
            }
            Effect effect = decide(line, random.nextBoolean() ? WHOLE : SHARDED);
            assertThat(text(effect)).as(line).isNotEmpty();
            if (effect instanceof Effect.OneSlot one) {
                assertThat(one.command().withGrace(5).written().length).as(line).isPositive();
            }
        }
    }
}
