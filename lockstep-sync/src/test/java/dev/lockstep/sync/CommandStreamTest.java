package dev.lockstep.sync;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That a stream is cut into units with all its bytes in them, and that nothing else is taken for a unit. */
class CommandStreamTest {

    private static final long START = 1000;

    /** A stream of which more is there each time that somebody waits for it. */
    private static final class Arriving implements StreamBytes {
        private final byte[] bytes;
        private final int[] arrivals;
        private int waits;

        Arriving(byte[] bytes, int... arrivals) {
            this.bytes = bytes;
            this.arrivals = arrivals;
        }

        @Override
        public int read(long offset, ByteBuffer into, long waitNanos) throws IOException {
            int from = (int) (offset - START);
            while (from == there() && waits < arrivals.length && waitNanos > 0) {
                waits++;
            }
            int count = Math.min(there() - from, into.remaining());
            into.put(bytes, from, count);
            return count;
        }

        private int there() {
            return waits < arrivals.length ? arrivals[waits] : bytes.length;
        }

        boolean isOver() {
            return waits >= arrivals.length;
        }
    }

    static String command(String... words) {
        StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return text.toString();
    }

    private static String text(Unit unit) {
        StringBuilder text = new StringBuilder(unit.isTransaction() ? "[" : "");
        for (int i = 0; i < unit.count(); i++) {
            text.append(i == 0 ? "" : ";").append(unit.database(i)).append(':');
            Words words = unit.command(i);
            for (int j = 0; j < words.count(); j++) {
                text.append(j == 0 ? "" : " ").append(new String(words.bytes(j), ISO_8859_1));
            }
        }
        return text.append(unit.isTransaction() ? "]" : "").toString();
    }

    /** All units of a sound stream, whose bytes have all to be in them. */
    private static List<String> units(String stream, long maxBulk, int... arrivals) {
        return units(stream, maxBulk, true, arrivals);
    }

    /** All units; each has to begin where the one before ended. Empty ones are left out, their bytes are not. */
    private static List<String> units(String stream, long maxBulk, boolean sound, int... arrivals) {
        Arriving source = new Arriving(stream.getBytes(ISO_8859_1), arrivals);
        CommandStream commands = new CommandStream(source, START, 0, maxBulk);
        List<String> units = new ArrayList<>();
        long at = START;
        while (true) {
            Unit unit = next(commands);
            if (unit == null && source.isOver()) {
                if (sound) {
                    assertThat(at).as("bytes in units").isEqualTo(START + stream.length());
                }
                return units;
            }
            if (unit != null) {
                assertThat(unit.from()).isEqualTo(at);
                assertThat(unit.to()).isGreaterThan(at).isLessThanOrEqualTo(START + stream.length());
                at = unit.to();
                if (!unit.isEmpty()) {
                    units.add(text(unit));
                }
            }
        }
    }

    private static @Nullable Unit next(CommandStream commands) {
        try {
            return commands.next(1);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static final String MIXED = command("SELECT", "0")
            + command("SET", "a", "1\r\n$3\r\n")
            + command("PING")
            + "\n"
            + command("select", "12")
            + command("INCR", "b")
            + command("REPLCONF", "GETACK", "*")
            + command("multi")
            + command("LPUSH", "l", "")
            + command("SELECT", "3")
            + command("LPUSH", "m", "x".repeat(70))
            + command("PING")
            + command("EXEC")
            + command("DEL", "é")
            + command("MULTI")
            + command("EXEC")
            + command("ping");

    private static final List<String> MIXED_UNITS = List.of(
            "0:SET a 1\r\n$3\r\n", "12:INCR b", "[12:LPUSH l ;3:LPUSH m " + "x".repeat(70) + ";3:PING]", "3:DEL é");

    @Test
    void everyUnitComesOutWhereverTheStreamIsCut() {
        List<String> whole = units(MIXED, 100);
        assertThat(whole).isEqualTo(MIXED_UNITS);
        for (int cut = 0; cut <= MIXED.length(); cut++) {
            assertThat(units(MIXED, 100, cut)).as("cut at %s", cut).isEqualTo(whole);
        }
        int[] each = new int[MIXED.length()];
        for (int i = 0; i < each.length; i++) {
            each[i] = i;
        }
        assertThat(units(MIXED, 100, each)).as("byte by byte").isEqualTo(whole);
    }

    @Test
    void whatIsNoCommandMovesTheOffsetOnceNothingElseIsThere() {
        String stream = command("PING") + command("SELECT", "4") + command("INCR", "a") + command("PING") + "\n";
        CommandStream commands = new CommandStream(new Arriving(stream.getBytes(ISO_8859_1)), START, 0, 100);
        Unit first = next(commands);
        assertThat(first).isNotNull();
        assertThat(text(first)).isEqualTo("4:INCR a");
        Unit second = next(commands);
        assertThat(second).isNotNull();
        assertThat(second.isEmpty()).isTrue();
        assertThat(second.to()).isEqualTo(START + stream.length());
        assertThat(second.databaseAfter()).isEqualTo(4);
        assertThat(next(commands)).isNull();
    }

    @Test
    void theDatabaseIsTheOneThatWasGiven() {
        byte[] stream = command("INCR", "a").getBytes(ISO_8859_1);
        Unit unit = next(new CommandStream(new Arriving(stream), START, 7, 100));
        assertThat(unit).isNotNull();
        assertThat(text(unit)).isEqualTo("7:INCR a");
    }

    @Test
    void largeUnitsAreKeptWholeAndSmallOnesFollowThem() {
        StringBuilder stream = new StringBuilder();
        List<String> expected = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < 60; i++) {
            String value = String.valueOf((char) ('a' + i % 26)).repeat(random.nextInt(i % 5 == 0 ? 300_000 : 50));
            stream.append(command("SET", "k" + i, value));
            expected.add("0:SET k" + i + " " + value);
            if (i % 7 == 0) {
                stream.append(command("MULTI")).append(command("SELECT", "0"));
                StringBuilder all = new StringBuilder("[");
                for (int j = 0; j < 2000; j++) {
                    stream.append(command("INCR", "c" + j));
                    all.append(j == 0 ? "" : ";").append("0:INCR c").append(j);
                }
                stream.append(command("EXEC"));
                expected.add(all + "]");
            }
        }
        int[] arrivals = new int[200];
        for (int i = 0; i < arrivals.length; i++) {
            arrivals[i] = (int) ((long) stream.length() * i / arrivals.length);
        }
        assertThat(units(stream.toString(), 400_000, arrivals)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET a b\r\n",
                "*0\r\n",
                "*-1\r\n",
                "*x\r\n",
                "*1\n",
                "*1\r\n:1\r\n",
                "*1\r\n$-1\r\n",
                "*1\r\n$101\r\n",
                "*1\r\n$3\r\nabcd\r\n",
                "*1\r\n\n$3\r\nabc\r\n",
                "*99999999999999999999\r\n",
                "*2\r\n$6\r\nSELECT\r\n$1\r\nx\r\n",
                "*1\r\n$6\r\nSELECT\r\n",
                "*1\r\n$4\r\nEXEC\r\n",
                "*1\r\n$7\r\nDISCARD\r\n",
                "*1\r\n$5\r\nMULTI\r\n*1\r\n$5\r\nMULTI\r\n",
                "*1\r\n$5\r\nMULTI\r\n\n"
            })
    void whatIsNoStreamIsRefusedWithItsOffset(String bytes) {
        String sound = command("SET", "secret", "secret");
        assertThatThrownBy(() -> units(sound + bytes, 100))
                .isInstanceOf(SyncException.class)
                .hasMessageMatching("(?s)Offset 1\\d{3} of the replication stream has .*; expected .*")
                .hasMessageNotContaining("secret");
    }

    @Test
    void announcementsAloneCostNoMemory() {
        String stream = "*200000000\r\n$2000000000\r\nabc";
        assertThat(units(stream, Long.MAX_VALUE, false)).isEmpty();
    }

    /** Whatever happens to a stream: units that were in it, each with its bytes, then a refusal or nothing. */
    @Test
    void aDamagedStreamGivesUnitsOrARefusal() {
        byte[] sound = MIXED.getBytes(ISO_8859_1);
        Random random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = sound.clone();
            int length = random.nextInt(3) == 0 ? random.nextInt(bytes.length) : bytes.length;
            for (int flips = random.nextInt(3); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            String damaged = new String(bytes, 0, length, ISO_8859_1);
            int cut = random.nextInt(length + 1);
            try {
                List<String> units = units(damaged, 100, false, cut);
                assertThat(units).isEqualTo(units(damaged, 100, false));
            } catch (SyncException e) {
                refused++;
                assertThat(e).hasMessageContaining("of the replication stream has");
            }
        }
        assertThat(refused).isBetween(1000, 19_000);
    }
}
