package dev.lockstep.sync.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.sync.verify.Difference.Kind;
import dev.lockstep.sync.verify.VerifyResult.Verdict;
import dev.lockstep.topology.Deployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** Two servers with the same data set: equal; and each kind of difference alone is found and named, and nothing else. */
@Timeout(300)
@TestInstance(Lifecycle.PER_CLASS)
class VerifyIT {

    private LocalDeployment one;
    private LocalDeployment other;
    private Writes source;
    private Writes target;

    @BeforeAll
    void start() {
        one = LocalRedis.standalone().start();
        other = LocalRedis.standalone().start();
        source = new Writes(one);
        target = new Writes(other);
        DataSet.write(source);
        DataSet.write(target);
        if (fieldsExpire()) {
            for (Writes side : List.of(source, target)) {
                side.run("HSET hash:fields f v g w");
                side.run("HPEXPIREAT hash:fields " + DataSet.FAR + " FIELDS 1 f");
            }
        }
    }

    @AfterAll
    void stop() {
        source.close();
        target.close();
        one.close();
        other.close();
    }

    private boolean fieldsExpire() {
        return !String.valueOf(one.primary().command("COMMAND", "INFO", "HPEXPIREAT"))
                .equals("[null]");
    }

    private VerifyResult verify() throws InterruptedException {
        return Verify.between(Deployment.parse(one.uri()), Deployment.parse(other.uri()))
                .patience(Duration.ofMillis(500))
                .run();
    }

    @Test
    void theSameDataIsEqual() throws InterruptedException {
        VerifyResult result = verify();
        assertThat(result.differences()).isEmpty();
        assertThat(result.verdict()).isEqualTo(Verdict.EQUAL);
        assertThat(result.keys()).isEqualTo(fieldsExpire() ? 324 : 323);
    }

    @Test
    void eachKindOfDifferenceIsFoundAloneAndNamed() throws InterruptedException {
        List<String> wrong = new ArrayList<>();
        List<Change> changes = new ArrayList<>(Change.ALL);
        if (fieldsExpire()) {
            changes.addAll(Change.OF_FIELDS);
        }
        if (one.serverVersion().contains(" 7.0")) {
            changes.removeIf(change -> change.kinds().contains(Kind.READ_COUNT));
        }
        for (Change change : changes) {
            change.apply(target);
            VerifyResult result = verify();
            String seen = result.differences() + " " + result.unsettledKeys();
            boolean right = result.verdict() == Verdict.DIFFERENT
                    && result.differing() == 1
                    && result.unsettled() == 0
                    && result.differences().get(0).key().equals(change.shown())
                    && result.differences().get(0).findings().stream()
                            .map(Difference.Finding::kind)
                            .toList()
                            .equals(change.kinds())
                    && result.differences().get(0).findings().get(0).text().equals(change.text());
            if (!right) {
                wrong.add(change + ": " + seen);
            }
            target.copy(change.key(), source);
        }
        assertThat(changes).hasSizeGreaterThan(30);
        assertThat(wrong).isEmpty();
        assertThat(verify().verdict()).isEqualTo(Verdict.EQUAL);
    }

    /** One thing done to the target. */
    private record Change(Object key, List<String> commands, List<Kind> kinds, String text) {

        static Change of(Object key, Kind kind, String text, String... commands) {
            return new Change(key, List.of(commands), List.of(kind), text);
        }

        void apply(Writes target) {
            commands.forEach(line -> DataSet.run(target, line));
        }

        String shown() {
            return KeyText.of(Writes.bytes(key));
        }

        static final List<Change> ALL = List.of(
                of("string:text", Kind.MISSING, "missing in the target", "DEL string:text"),
                of("extra", Kind.EXTRA, "only in the target", "SET extra 1"),
                of("set:texts", Kind.TYPE, "type set, in the target list", "DEL set:texts", "RPUSH set:texts a b c"),
                of("string:text", Kind.VALUE, "value: length 5, other bytes", "SETRANGE string:text 4 O"),
                of("string:text", Kind.VALUE, "value: length 5 against 6", "APPEND string:text !"),
                of("empty", Kind.VALUE, "value: length 0 against 1", "APPEND empty !"),
                of("string:large", Kind.VALUE, "value: length 700003, other bytes", "SETRANGE string:large 699999 x"),
                of("string:zeros", Kind.VALUE, "value: length 40003, other bytes", "SETRANGE string:zeros 20000 x"),
                of("hll", Kind.VALUE, "value: length 36 against 38", "PFADD hll another"),
                of(
                        "list:small",
                        Kind.VALUE,
                        "value: length 6, the first that differs is element 3",
                        "LSET list:small 3 x"),
                of(
                        "list:small",
                        Kind.VALUE,
                        "value: length 6 against 7, the first that differs is element 0",
                        "LPUSH list:small x"),
                of(
                        "list:large",
                        Kind.VALUE,
                        "value: length 3000, the first that differs is element 2990",
                        "LSET list:large 2990 x"),
                of(
                        "set:texts",
                        Kind.VALUE,
                        "value: 1 member is missing in the target, 1 member is only in the target",
                        "SREM set:texts a",
                        "SADD set:texts A"),
                of("set:numbers", Kind.VALUE, "value: 1 member is only in the target", "SADD set:numbers 501"),
                of("set:large", Kind.VALUE, "value: 2 members are only in the target", "SADD set:large new1 new2"),
                of("hash:small", Kind.VALUE, "value: 1 field differs", "HSET hash:small f2 V2"),
                of(
                        "hash:large",
                        Kind.VALUE,
                        "value: 1 field differs, 1 field is missing in the target",
                        "HSET hash:large f2999 x",
                        "HDEL hash:large f0"),
                of("zset:small", Kind.VALUE, "value: 1 member differs", "ZADD zset:small 2.5000000000000004 b"),
                of("zset:large", Kind.VALUE, "value: 1 member is only in the target", "ZADD zset:large 7 new"),
                of(
                        "expiring:string",
                        Kind.EXPIRY,
                        "expires 2100-01-01T00:00:00Z, in the target 2100-01-01T00:00:00.001Z",
                        "PEXPIREAT expiring:string " + (DataSet.FAR + 1)),
                of(
                        "expiring:string",
                        Kind.EXPIRY,
                        "expires 2100-01-01T00:00:00Z, in the target never",
                        "PERSIST expiring:string"),
                of(
                        "list:small",
                        Kind.EXPIRY,
                        "expires never, in the target 2100-01-01T00:00:00Z",
                        "PEXPIREAT list:small " + DataSet.FAR),
                of("stream:plain", Kind.VALUE, "value: 1 entry is missing in the target", "XDEL stream:plain 1-1"),
                of("stream:plain", Kind.STREAM, "stream: another last-generated-id", "XSETID stream:plain 9-9"),
                of(
                        "stream:plain",
                        Kind.STREAM,
                        "stream: another entries-added",
                        "XSETID stream:plain 2-0 ENTRIESADDED 7 MAXDELETEDID 1-2"),
                of(
                        "stream:plain",
                        Kind.STREAM,
                        "stream: another max-deleted-entry-id",
                        "XSETID stream:plain 2-0 ENTRIESADDED 3 MAXDELETEDID 1-3"),
                of(
                        "stream:groups",
                        Kind.GROUP,
                        "groups: 1 group is only in the target",
                        "XGROUP CREATE stream:groups g3 0"),
                of("stream:groups", Kind.GROUP, "groups: 1 group differs", "XGROUP SETID stream:groups g2 5-3"),
                of(
                        "stream:groups",
                        Kind.READ_COUNT,
                        "entries read: 1 group differs",
                        "XGROUP SETID stream:groups g1 5-3 ENTRIESREAD 1"),
                of(
                        "stream:empty",
                        Kind.GROUP,
                        "groups: 1 group is missing in the target",
                        "XGROUP DESTROY stream:empty g"),
                of(
                        "stream:groups",
                        Kind.CONSUMER,
                        "consumers: 1 consumer is only in the target",
                        "XGROUP CREATECONSUMER stream:groups g2 new"),
                of(
                        "stream:groups",
                        Kind.CONSUMER,
                        "consumers: 1 consumer is missing in the target",
                        "XGROUP DELCONSUMER stream:groups g1 idle"),
                of(
                        "stream:groups",
                        Kind.PENDING,
                        "pending: 1 entry is missing in the target",
                        "XACK stream:groups g1 5-3"),
                of(
                        "stream:groups",
                        Kind.PENDING,
                        "pending: 1 entry differs",
                        "XCLAIM stream:groups g1 c2 0 5-1 RETRYCOUNT 7 JUSTID"),
                of(
                        "stream:groups",
                        Kind.PENDING,
                        "pending: 1 entry differs",
                        "XCLAIM stream:groups g1 c1 0 5-3 RETRYCOUNT 1 JUSTID"),
                of(
                        "stream:large",
                        Kind.PENDING,
                        "pending: 1 entry is missing in the target",
                        "XACK stream:large g 1400-1"),
                new Change(
                        "stream:large",
                        List.of("XDEL stream:large 1999-1"),
                        List.of(Kind.VALUE, Kind.STREAM),
                        "value: 1 entry is missing in the target"));

        /** Where fields can expire. */
        static final List<Change> OF_FIELDS = List.of(
                of(
                        "hash:fields",
                        Kind.FIELD_EXPIRY,
                        "expiry of fields: 1 field differs",
                        "HPEXPIREAT hash:fields " + (DataSet.FAR + 1) + " FIELDS 1 f"),
                of(
                        "hash:fields",
                        Kind.FIELD_EXPIRY,
                        "expiry of fields: 1 field is missing in the target",
                        "HPERSIST hash:fields FIELDS 1 f"),
                of(
                        "hash:large",
                        Kind.FIELD_EXPIRY,
                        "expiry of fields: 1 field is only in the target",
                        "HPEXPIREAT hash:large " + DataSet.FAR + " FIELDS 1 f77"));
    }
}
