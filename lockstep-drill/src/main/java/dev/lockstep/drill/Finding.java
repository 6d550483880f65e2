package dev.lockstep.drill;

import java.util.List;

/**
 * What a checker found of one anomaly.
 *
 * @param judged how many calls it could judge; of none, nothing is proven
 * @param violations every occurrence, in no particular order
 */
public record Finding(Anomaly anomaly, long judged, List<Violation> violations) {

    public Finding {
        violations = List.copyOf(violations);
    }
}
