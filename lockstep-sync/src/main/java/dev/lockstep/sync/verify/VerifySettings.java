package dev.lockstep.sync.verify;

import dev.lockstep.sync.KeyFilter;
import java.time.Duration;
import java.util.Set;

/**
 * What a comparison was asked for. Immutable.
 *
 * @param databases by number; none for all that have keys
 * @param rate keys per second at the most; 0 for no limit
 * @param named how many keys are named at the most that differ, and as many that are unsettled
 * @param patience how long a key may take to settle
 */
record VerifySettings(KeyFilter filter, Set<Integer> databases, long rate, int named, Duration patience) {

    static final VerifySettings USUAL = new VerifySettings(KeyFilter.ALL, Set.of(), 0, 100, Duration.ofSeconds(10));

    VerifySettings withFilter(KeyFilter other) {
        return new VerifySettings(other, databases, rate, named, patience);
    }

    VerifySettings withDatabases(Set<Integer> others) {
        return new VerifySettings(filter, Set.copyOf(others), rate, named, patience);
    }

    VerifySettings withRate(long other) {
        return new VerifySettings(filter, databases, other, named, patience);
    }

    VerifySettings withNamed(int other) {
        return new VerifySettings(filter, databases, rate, other, patience);
    }

    VerifySettings withPatience(Duration other) {
        return new VerifySettings(filter, databases, rate, named, other);
    }
}
