package dev.lockstep.sync.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.sync.HashKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TallyTest {

    private static final HashKey KEY = new HashKey(1, 2);

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Tally of(String... elements) {
        Tally tally = new Tally(KEY.hash());
        feed(tally, elements);
        return tally;
    }

    private static void feed(Elements elements, String... pairs) {
        Feed feed = new Feed(KEY, elements);
        for (String pair : pairs) {
            String[] halves = pair.split("=");
            feed.name(bytes(halves[0])).body(bytes(halves[1])).end(Part.VALUE);
        }
    }

    @Test
    void theOrderDoesNotMatter() {
        List<String> elements = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            elements.add("f" + i + "=v" + i % 7);
        }
        Tally before = of(elements.toArray(String[]::new));
        Collections.shuffle(elements, new Random(7));
        Tally after = of(elements.toArray(String[]::new));
        assertThat(after.sameAs(before)).isTrue();
        assertThat(after.count(Part.VALUE)).isEqualTo(1_000);
    }

    @Test
    void everythingElseDoes() {
        Tally tally = of("a=1", "b=2");
        assertThat(tally.sameAs(of("b=2", "a=1"))).isTrue();
        assertThat(tally.sameAs(of("a=2", "b=1"))).isFalse();
        assertThat(tally.sameAs(of("a=1"))).isFalse();
        assertThat(tally.sameAs(of("a=1", "b=2", "b=2"))).isFalse();
        assertThat(of("a=1", "a=1").sameAs(of("b=2", "b=2"))).isFalse();
        assertThat(of("a=1").sameAs(of("1=a"))).isFalse();
        assertThat(of("ab=c").sameAs(of("a=bc"))).isFalse();
    }

    @Test
    void aBodyInPiecesIsNotTheirJoin() {
        Tally pieces = new Tally(KEY.hash());
        new Feed(KEY, pieces)
                .name(bytes("n"))
                .body(bytes("ab"))
                .body(bytes("c"))
                .end(Part.VALUE);
        Tally others = new Tally(KEY.hash());
        new Feed(KEY, others)
                .name(bytes("n"))
                .body(bytes("a"))
                .body(bytes("bc"))
                .end(Part.VALUE);
        assertThat(pieces.sameAs(others)).isFalse();
    }

    @Test
    void whatIsToldTwiceCountsOnceWhereItIsToldApart() {
        for (int shares : new int[] {1, 3}) {
            Tally distinct = new Tally(KEY.hash());
            for (int share = 0; share < shares; share++) {
                feed(new Distinct(distinct, share, shares), "a=1", "b=2", "a=1", "c=3", "b=2");
            }
            assertThat(distinct.sameAs(of("a=1", "b=2", "c=3"))).isTrue();
        }
    }

    @Test
    void bucketsFindWhereTwoValuesDiffer() {
        Buckets one = new Buckets(KEY);
        Buckets other = new Buckets(KEY);
        feed(one, "a=1", "b=2", "c=3");
        feed(other, "c=3", "b=X", "a=1");
        var differing = one.differing(other);
        assertThat(differing.cardinality()).isEqualTo(1);
        Sample here = new Sample(differing);
        Sample there = new Sample(differing);
        feed(here, "a=1", "b=2", "c=3");
        feed(there, "c=3", "b=X", "a=1");
        assertThat(Sample.compare(here, there, Part.VALUE).changed()).isEqualTo(1);
        assertThat(Sample.compare(here, there, Part.VALUE).missing()).isZero();
    }
}
