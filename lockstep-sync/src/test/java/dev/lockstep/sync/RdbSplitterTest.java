package dev.lockstep.sync;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.sync.RdbSplitter.Item;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class RdbSplitterTest {

    private static final String REDIS = "REDIS0012";
    private static final int WINDOW = 1024;

    private static RdbSplitter splitter(byte[] snapshot) {
        return new RdbSplitter(new HeldSnapshot(snapshot), WINDOW, true);
    }

    private static void walk(RdbSplitter splitter) throws IOException, InterruptedException {
        while (splitter.next() != Item.END) {
            assertThat(splitter.position()).isGreaterThan(splitter.value().from());
        }
    }

    private static byte[] payload(RdbType type, byte[] value, int version) {
        byte[] body = ByteBuffer.allocate(value.length + 3)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) type.code)
                .put(value)
                .putShort((short) version)
                .array();
        return ByteBuffer.allocate(body.length + 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(body)
                .putLong(Crc64.update(0, body, 0, body.length))
                .array();
    }

    private static byte[] taken(ByteBuf buf) {
        byte[] bytes = new byte[buf.readableBytes()];
        buf.readBytes(bytes);
        buf.release();
        return bytes;
    }

    private static String format(RdbType type) {
        return type == RdbType.HASH_2 ? "VALKEY080" : "REDIS0013";
    }

    @ParameterizedTest
    @EnumSource
    void everyValueIsCutWhereItEnds(RdbType type) throws Exception {
        int[][] shapes = {{0, 0}, {1, 5}, {3, 40}, {7, 100}, {2, 3 * WINDOW}};
        for (int[] shape : shapes) {
            byte[] value = new RdbSamples(type.code, shape[0], shape[1]).value(type);
            RdbBytes out = RdbBytes.of(format(type)).set("before", "1");
            if (type == RdbType.FUNCTION) {
                out.octets(245).raw(value);
            } else {
                out.value(type, "key", value);
            }
            byte[] snapshot = out.set("behind", "2").end();
            for (int most : new int[] {1, 7, WINDOW, Integer.MAX_VALUE}) {
                for (int window : new int[] {64, WINDOW, 1 << 20}) {
                    SnapshotBytes bytes = new HeldSnapshot(snapshot, most, most);
                    cutsOne(new RdbSplitter(bytes, window, true), type, value, window);
                }
            }
        }
    }

    private static void cutsOne(RdbSplitter splitter, RdbType type, byte[] value, int window) throws Exception {
        assertThat(splitter.next()).isEqualTo(Item.KEY);
        assertThat(splitter.next()).isEqualTo(type == RdbType.FUNCTION ? Item.FUNCTION : Item.KEY);
        assertThat(splitter.value().type()).isEqualTo(type);
        assertThat(splitter.value().length()).isEqualTo(value.length);
        RestoreStamp stamp = new RestoreStamp(type, 10, null);
        byte[] expected = payload(type, value, 10);
        assertThat(splitter.value().payloadLength(stamp)).isEqualTo(expected.length);
        if (value.length > window) {
            assertThat(splitter.value().atHand(stamp)).isFalse();
            assertThatThrownBy(() -> splitter.value().writePayload(Unpooled.buffer(), stamp))
                    .isInstanceOf(IllegalStateException.class);
        } else if (value.length < window / 4) {
            assertThat(splitter.value().atHand(stamp)).isTrue();
        }
        if (splitter.value().atHand(stamp)) {
            ByteBuf small = Unpooled.buffer();
            splitter.value().writePayload(small, stamp);
            assertThat(taken(small)).isEqualTo(expected);
        }
        RestorePayload large = splitter.value().payload(stamp);
        assertThat(large.length()).isEqualTo(expected.length);
        assertThat(splitter.next()).isEqualTo(Item.KEY);
        assertThat(splitter.key().text()).isEqualTo("behind");
        // the payload is read behind the cursor's back
        ByteBuf chunks = Unpooled.directBuffer();
        int before = 0;
        while (large.writeChunk(chunks, 100)) {
            assertThat(chunks.readableBytes() - before).isBetween(1, 101);
            before = chunks.readableBytes();
        }
        assertThat(large.writeChunk(chunks, 100)).isFalse();
        assertThat(taken(chunks)).isEqualTo(expected);
        assertThat(splitter.next()).isEqualTo(Item.END);
        assertThat(splitter.next()).isEqualTo(Item.END);
    }

    @Test
    void anOlderTargetGetsAnOlderForm() throws Exception {
        RdbFormat old = new RdbFormat(10);
        byte[] listpack = new ListpackBytes().text("a").number(-70_000).bytes();
        byte[] id = new byte[16];
        RdbBytes head = new RdbBytes().length(1).length(16).raw(id).string("listpack");
        for (int i = 1; i <= 8; i++) {
            head.length(i);
        }
        head.length(2)
                .string("g1")
                .length(1)
                .length(2)
                .length(-1)
                .length(1)
                .raw(id)
                .eight(9)
                .length(3);
        RdbBytes newer = new RdbBytes().raw(head.bytes()).length(2);
        newer.string("alice")
                .eight(10)
                .eight(-1)
                .length(1)
                .raw(id)
                .string("bob")
                .eight(11)
                .eight(12)
                .length(0);
        newer.string("g2").length(1).length(2).length(0).length(0);
        newer.length(1).string("carol").eight(13).eight(14).length(0);
        RdbBytes older = new RdbBytes().raw(head.bytes()).length(2);
        older.string("alice")
                .eight(10)
                .length(1)
                .raw(id)
                .string("bob")
                .eight(11)
                .length(0);
        older.string("g2").length(1).length(2).length(0).length(0);
        older.length(1).string("carol").eight(13).length(0);
        RdbSplitter splitter = splitter(RdbBytes.of("REDIS0011")
                .octets(20)
                .string("set")
                .length(listpack.length)
                .raw(listpack)
                .value(RdbType.STREAM_3, "stream", newer.bytes())
                .value(RdbType.STREAM_3, "again", newer.bytes())
                .octets(20)
                .string("large")
                .string("x".repeat(2 * WINDOW))
                .octets(20)
                .string("broken")
                .string("no listpack")
                .end());
        splitter.next();
        CutValue value = splitter.value();
        RestoreStamp set = RestoreStamp.of(value.type(), old);
        assertThat(value.atHand(set)).isTrue();
        byte[] plain = new RdbBytes().length(2).string("a").string("-70000").bytes();
        ByteBuf out = Unpooled.buffer();
        value.writePayload(out, set);
        assertThat(value.payloadLength(set)).isEqualTo(out.readableBytes());
        assertThat(taken(out)).isEqualTo(payload(RdbType.SET, plain, 1));
        RestoreStamp stream = RestoreStamp.of(RdbType.STREAM_3, old);
        for (int most : new int[] {5, 1000}) {
            splitter.next();
            assertThat(value.atHand(stream)).isFalse();
            RestorePayload payload = value.payload(stream);
            byte[] expected = payload(RdbType.STREAM_2, older.bytes(), 10);
            assertThat(payload.length()).isEqualTo(expected.length).isEqualTo(value.payloadLength(stream));
            ByteBuf chunks = Unpooled.buffer();
            while (payload.writeChunk(chunks, most)) {
                assertThat(chunks.readableBytes()).isLessThan(expected.length);
            }
            assertThat(taken(chunks)).isEqualTo(expected);
        }
        splitter.next();
        assertThat(value.atHand(set)).isFalse();
        assertThatThrownBy(() -> value.payloadLength(set))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("too large to be rewritten as a set (type 2)")
                .hasMessageContaining("'large' (database 0), a small set of Redis 7.2");
        splitter.next();
        assertThatThrownBy(() -> value.payloadLength(set))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("in the value of the key 'broken'");
    }

    @Test
    void keysComePlainWithTheirTimes() throws Exception {
        RdbSplitter splitter = splitter(RdbBytes.of(REDIS)
                .selectDb(3)
                .octets(252)
                .eight(1_700_000_000_123L)
                .octets(248)
                .length(500)
                .set("{a}b", "v")
                .octets(253)
                .four(1_700_000_000)
                .octets(249, 255)
                .octets(0)
                .compressed('k', 300)
                .string("v")
                .selectDb(12)
                .octets(0)
                .int32(-2_000_000_000)
                .string("v")
                .octets(0)
                .int16(-300)
                .string("v")
                .octets(0)
                .int8(0)
                .string("v")
                .end());
        assertThat(splitter.next()).isEqualTo(Item.KEY);
        assertThat(splitter.key().text()).isEqualTo("{a}b");
        assertThat(splitter.key().slot()).isEqualTo(Slots.of("a".getBytes(UTF_8)));
        assertThat(splitter.db()).isEqualTo(3);
        assertThat(splitter.expireAt()).isEqualTo(1_700_000_000_123L);
        assertThat(splitter.idleSeconds()).isEqualTo(500);
        assertThat(splitter.frequency()).isEqualTo(-1);
        splitter.next();
        assertThat(splitter.key().copy()).isEqualTo("k".repeat(300).getBytes(UTF_8));
        assertThat(splitter.expireAt()).isEqualTo(1_700_000_000_000L);
        assertThat(splitter.idleSeconds()).isEqualTo(-1);
        assertThat(splitter.frequency()).isEqualTo(255);
        splitter.next();
        assertThat(splitter.key().text()).isEqualTo("-2000000000");
        assertThat(splitter.db()).isEqualTo(12);
        assertThat(splitter.expireAt()).isEqualTo(-1);
        assertThat(splitter.frequency()).isEqualTo(-1);
        splitter.next();
        assertThat(splitter.key().text()).isEqualTo("-300");
        splitter.next();
        assertThat(splitter.key().text()).isEqualTo("0");
        assertThat(splitter.next()).isEqualTo(Item.END);
    }

    @Test
    void theSnapshotTellsOfItself() throws Exception {
        byte[] snapshot = RdbBytes.of(REDIS)
                .note("redis-ver", "8.0.2")
                .octets(250)
                .string("repl-stream-db")
                .int8(2)
                .note("repl-id", "f".repeat(40))
                .octets(250)
                .string("lua")
                .string("s".repeat(5 * WINDOW))
                .note("repl-offset", "123456789012")
                .selectDb(0)
                .octets(251)
                .length(100)
                .length(7)
                .octets(244)
                .length(16383)
                .length(60)
                .length(5)
                .set("a", "1")
                .selectDb(1)
                .octets(251)
                .length(20)
                .length(1)
                .set("b", "1")
                .end();
        RdbSplitter splitter = splitter(snapshot);
        SnapshotFacts facts = splitter.facts();
        assertThatThrownBy(facts::format).isInstanceOf(IllegalStateException.class);
        splitter.next();
        assertThat(facts.format()).isEqualTo(new RdbFormat(12));
        assertThat(facts.note("redis-ver")).isEqualTo("8.0.2");
        assertThat(facts.note("lua")).isNull();
        assertThat(facts.number("repl-stream-db", -1)).isEqualTo(2);
        assertThat(facts.number("repl-offset", -1)).isEqualTo(123456789012L);
        assertThat(facts.number("nothing", -1)).isEqualTo(-1);
        assertThatThrownBy(() -> facts.number("redis-ver", -1)).isInstanceOf(SyncException.class);
        assertThat(facts.keys()).isEqualTo(100);
        assertThat(facts.slot()).isEqualTo(16383);
        assertThat(facts.slotKeys()).isEqualTo(60);
        splitter.next();
        assertThat(facts.keys()).isEqualTo(120);
        assertThat(facts.keysWithTtl()).isEqualTo(8);
        assertThat(facts.slot()).isEqualTo(-1);
        splitter.next();
        assertThat(splitter.position()).isEqualTo(snapshot.length);
    }

    @Test
    void smallStringsComePlain() throws Exception {
        RdbSplitter splitter = splitter(RdbBytes.of(REDIS)
                .set("raw", "hello")
                .octets(0)
                .string("number")
                .int32(Integer.MIN_VALUE)
                .octets(0)
                .string("packed")
                .compressed('z', 600)
                .set("large", "x".repeat(2 * WINDOW))
                .value(RdbType.LIST, "list", new RdbSamples(1, 2, 3).value(RdbType.LIST))
                .octets(0)
                .string("bomb")
                .octets(0xc3)
                .length(2)
                .length(1L << 40)
                .octets(0, 'x')
                .octets(0)
                .string("broken")
                .octets(0xc3)
                .length(2)
                .length(2)
                .octets(0, 'x')
                .end());
        splitter.next();
        assertThat(plain(splitter, 5)).isEqualTo("hello");
        assertThat(plain(splitter, 4)).isNull();
        splitter.next();
        assertThat(plain(splitter, 100)).isEqualTo("-2147483648");
        splitter.next();
        assertThat(plain(splitter, 600)).isEqualTo("z".repeat(600));
        assertThat(splitter.key().text()).isEqualTo("packed");
        assertThat(plain(splitter, 599)).isNull();
        for (String key : new String[] {"large", "list", "bomb"}) {
            splitter.next();
            assertThat(splitter.key().text()).isEqualTo(key);
            assertThat(splitter.value().plain(1 << 30)).isNull();
        }
        splitter.next();
        assertThatThrownBy(() -> splitter.value().plain(100))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("'broken'")
                .hasMessageContaining("does not give the 2 bytes");
    }

    private static String plain(RdbSplitter splitter, int atMost) {
        RdbString plain = splitter.value().plain(atMost);
        return plain == null ? null : plain.text();
    }

    /** No memory holds it: zeros between what the snapshot begins and ends with. */
    private record Vast(byte[] head, long zeros, byte[] tail) implements SnapshotBytes {
        @Override
        public int read(long position, ByteBuffer into) {
            long behind = position - head.length - zeros;
            if (behind >= tail.length) {
                return -1;
            }
            byte[] from = position < head.length ? head : behind >= 0 ? tail : new byte[into.remaining()];
            int at = (int) (position < head.length ? position : Math.max(behind, 0));
            long there = position < head.length || behind >= 0 ? from.length - at : -behind;
            int length = (int) Math.min(there, into.remaining());
            into.put(from, at, length);
            return length;
        }
    }

    @Test
    void aValueMayBeLargerThanAnArray() throws Exception {
        long size = 5_000_000_000L;
        byte[] head = RdbBytes.of(REDIS).octets(0).string("vast").length(size).bytes();
        byte[] tail = new RdbBytes().set("behind", "2").endWithoutChecksum();
        SnapshotBytes snapshot = new Vast(head, size, tail);
        RdbSplitter splitter = new RdbSplitter(snapshot, 1 << 20, false);
        splitter.next();
        RestoreStamp stamp = new RestoreStamp(RdbType.STRING, 10, null);
        assertThat(splitter.value().length()).isEqualTo(size + 9);
        assertThat(splitter.position()).isEqualTo(head.length + size);
        assertThat(splitter.value().atHand(stamp)).isFalse();
        assertThat(splitter.value().plain(Integer.MAX_VALUE)).isNull();
        RestorePayload payload = splitter.value().payload(stamp);
        assertThat(payload.length()).isEqualTo(size + 20);
        ByteBuf out = Unpooled.directBuffer();
        assertThat(payload.writeChunk(out, 1000)).isTrue();
        assertThat(out.readableBytes()).isEqualTo(1 + 9);
        out.release();
        assertThat(splitter.next()).isEqualTo(Item.KEY);
        assertThat(splitter.key().text()).isEqualTo("behind");
        assertThat(splitter.next()).isEqualTo(Item.END);
    }

    @Test
    void theChecksumIsCompared() throws Exception {
        byte[] good = new RdbSamples(1, 3, 5 * WINDOW).snapshot(new RdbFormat(12), true);
        walk(splitter(good));
        byte[] bad = good.clone();
        int at = new String(bad, UTF_8).indexOf("key-SET");
        bad[at] ^= 1;
        assertThatThrownBy(() -> walk(splitter(bad)))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("checksum at byte " + (bad.length - 8))
                .hasMessageContaining("start the copy again");
        walk(new RdbSplitter(new HeldSnapshot(bad), WINDOW, false));
        walk(splitter(new RdbSamples(1, 3, 5).snapshot(new RdbFormat(12), false)));
    }

    @Test
    void formsBeforeTheFifthHaveNoChecksum() throws Exception {
        walk(splitter(RdbBytes.of("REDIS0004").set("a", "1").octets(255).bytes()));
        walk(splitter(new RdbSamples(1, 2, 5).snapshot(new RdbFormat(9), true)));
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1 200 OK, no snapshot",
        "REDIS00x2, no snapshot",
        "REDIS0014, REDIS0001 to REDIS0013",
        "REDIS0080, REDIS0001 to REDIS0013",
        "REDIS0000, REDIS0001 to REDIS0013",
        "VALKEY081, VALKEY080",
        "VALKEY011, VALKEY080"
    })
    void otherBeginningsAreRefused(String beginning, String told) {
        assertThatThrownBy(() -> walk(splitter(RdbBytes.of(beginning).end())))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining(told)
                .hasMessageContaining(beginning.substring(0, 9));
    }

    @ParameterizedTest
    @CsvSource({
        "REDIS0012, 99, type byte 99",
        "REDIS0012, 22, release candidates of Redis 7.4",
        "REDIS0012, 23, release candidates of Redis 7.4",
        "REDIS0012, 6, release candidates of Redis 4.0",
        "REDIS0013, 27, unknown in snapshots of Redis 8.6",
        "VALKEY080, 23, keeps for later",
        "VALKEY080, 24, unknown in snapshots of Valkey 9"
    })
    void anUnknownTypeStopsWithItsKey(String magic, int code, String told) {
        byte[] snapshot = RdbBytes.of(magic)
                .set("before", "1")
                .selectDb(7)
                .octets(code)
                .string("the\nkey'")
                .string("value")
                .end();
        assertThatThrownBy(() -> walk(splitter(snapshot)))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("beyond byte 21,")
                .hasMessageContaining("'the\\x0akey\\x27' (database 7)")
                .hasMessageContaining(told)
                .hasMessageNotContaining("value'");
    }

    @ParameterizedTest
    @CsvSource({
        "REDIS0013, 243, a module",
        "VALKEY080, 243, being imported",
        "REDIS0012, 246, release candidates of Redis 7.0",
        "REDIS0012, 247, the module 'ft_index0'",
        "VALKEY080, 242, byte 242"
    })
    void anUnknownOperationStops(String magic, int code, String told) {
        long module = 0;
        for (char letter : "ft_index0".toCharArray()) {
            module = module << 6 | "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".indexOf(letter);
        }
        byte[] snapshot = RdbBytes.of(magic)
                .set("before", "1")
                .octets(code)
                .length(module << 10 | 3)
                .end();
        assertThatThrownBy(() -> walk(splitter(snapshot)))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("beyond byte 19, after the key 'before' (database 0)")
                .hasMessageContaining(told);
    }

    @Test
    void everyTruncationIsToldAsOne() {
        byte[] whole = new RdbSamples(5, 2, 9).snapshot(new RdbFormat(13), true);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> walk(new RdbSplitter(new HeldSnapshot(cut), 64, true)))
                    .isInstanceOf(SyncException.class)
                    .hasMessageContaining("ends at byte " + length)
                    .hasMessageContaining("Start the copy again");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {WINDOW / 2 + 1, 1L << 31, Long.MAX_VALUE, -1})
    void aKeyCannotBeLargerThanItsRoom(long length) {
        byte[] room = new byte[3 * WINDOW];
        byte[] raw = RdbBytes.of(REDIS).octets(0).length(length).raw(room).end();
        byte[] packed = RdbBytes.of(REDIS)
                .octets(0, 0xc3)
                .length(length)
                .length(3)
                .raw(room)
                .end();
        byte[] unpacked = RdbBytes.of(REDIS)
                .octets(0, 0xc3)
                .length(2)
                .length(length)
                .octets(0, 'x')
                .raw(room)
                .end();
        for (byte[] snapshot : new byte[][] {raw, packed, unpacked}) {
            assertThatThrownBy(() -> walk(splitter(snapshot)))
                    .isInstanceOf(SyncException.class)
                    .hasMessageMatching(
                            ".*at byte [0-9]+ a (string of|length or count|key begins).*before the first key.*");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 31, 1L << 62, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void aLengthThatLiesEndsTheWalk(long length) {
        for (RdbType type : RdbType.values()) {
            RdbBytes out = RdbBytes.of(format(type)).octets(type.code);
            if (type != RdbType.FUNCTION) {
                out.string("key");
            }
            switch (type) {
                case HASH_METADATA, HASH_LISTPACK_EX -> out.eight(0);
                case MODULE_2 -> out.length(1).length(5);
                default -> {}
            }
            byte[] snapshot = out.length(length).raw(new byte[100]).end();
            assertThatThrownBy(() -> walk(splitter(snapshot)))
                    .as(type.toString())
                    .isInstanceOf(SyncException.class);
        }
    }

    @Test
    void damageIsToldWithTheKeyAndWithoutTheValue() {
        byte[] snapshot = RdbBytes.of(REDIS)
                .selectDb(2)
                .octets(1)
                .string("list")
                .length(2)
                .string("secret")
                .octets(0xc7)
                .end();
        assertThatThrownBy(() -> walk(splitter(snapshot)))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("at byte 25 a string cannot begin with the byte 199")
                .hasMessageContaining("in the value of the key 'list' (database 2), a list (type 1)")
                .hasMessageNotContaining("secret");
    }
}
