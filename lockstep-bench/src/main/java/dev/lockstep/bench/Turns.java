package dev.lockstep.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Contenders that take turns in short rounds of one run. */
final class Turns {
    /* The machine's mood changes more from minute to minute than the clients differ. So all take turns, a different one
     * begins each time, and what counts is the median of the ratios of one round, never a quotient of figures from different
     * times. */

    private Turns() {}

    /** One round of one contender. */
    interface Play<C> {
        /** Its figures. */
        double[] play(C contender) throws InterruptedException;
    }

    /**
     * Plays all rounds.
     *
     * @param warmups rounds of each that go before and are not counted
     * @return what each did, round by round, in the order of {@code contenders}
     */
    static <C> Map<C, List<double[]>> take(List<C> contenders, int warmups, int rounds, Play<C> play)
            throws InterruptedException {
        Map<C, List<double[]>> done = new LinkedHashMap<>();
        contenders.forEach(contender -> done.put(contender, new ArrayList<>()));
        for (int round = -warmups; round < rounds; round++) {
            for (int i = 0; i < contenders.size(); i++) {
                C contender = contenders.get(Math.floorMod(round + i, contenders.size()));
                double[] played = play.play(contender);
                if (round >= 0) {
                    done.computeIfAbsent(contender, c -> new ArrayList<>()).add(played);
                }
            }
        }
        return done;
    }
}
