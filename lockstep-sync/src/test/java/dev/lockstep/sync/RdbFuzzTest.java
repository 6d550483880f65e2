package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

@Timeout(300)
class RdbFuzzTest {

    private static final Logger LOG = LoggerFactory.getLogger(RdbFuzzTest.class);

    @ParameterizedTest
    @CsvSource({"10, 1", "13, 2", "80, 3"})
    void damageIsToldOrWalkedOver(int format, long seed) throws Exception {
        byte[] whole = new RdbSamples(seed, 3, 30).snapshot(new RdbFormat(format), true);
        RdbFuzz fuzz = new RdbFuzz(whole, seed);
        fuzz.run(4_000);
        LOG.info("Form {}, {} bytes: {} walked over, {} refused", format, whole.length, fuzz.walked(), fuzz.refused());
        assertThat(fuzz.walked()).isGreaterThan(100);
        assertThat(fuzz.refused()).isGreaterThan(1_000);
    }
}
