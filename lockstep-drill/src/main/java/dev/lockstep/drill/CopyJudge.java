package dev.lockstep.drill;

import dev.lockstep.drill.CopyContents.Held;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Decides what two deployments hold differently, and what of it contradicts what the writer knows. Pure functions. */
final class CopyJudge {

    private CopyJudge() {}

    /** What differs, in words, by key. */
    static Map<String, String> differences(Map<String, Held> source, Map<String, Held> target) {
        Map<String, String> found = new TreeMap<>();
        Set<String> keys = new TreeSet<>(source.keySet());
        keys.addAll(target.keySet());
        for (String key : keys) {
            Held here = source.get(key);
            Held there = target.get(key);
            if (there == null) {
                found.put(key, "is missing in the target");
            } else if (here == null) {
                found.put(key, "is only in the target");
            } else if (!here.equals(there)) {
                found.put(key, difference(here, there));
            }
        }
        return found;
    }

    private static String difference(Held here, Held there) {
        if (!here.type().equals(there.type())) {
            return "is a " + here.type() + " in the source and a " + there.type() + " in the target";
        }
        if (here.expires() != there.expires()) {
            return "expires at " + here.expires() + " in the source and at " + there.expires()
                    + " in the target (-1: never)";
        }
        int first = 0;
        while (first < Math.min(here.elements().size(), there.elements().size())
                && here.elements().get(first).equals(there.elements().get(first))) {
            first++;
        }
        return "is a " + here.type() + " of " + here.elements().size() + " in the source and "
                + there.elements().size() + " in the target, the first that differs: " + at(here, first) + " and "
                + at(there, first);
    }

    private static String at(Held held, int place) {
        return place < held.elements().size() ? "\"" + held.elements().get(place) + "\"" : "none";
    }

    /** Counters that have not grown by what was acknowledged, in words, by key. */
    static Map<String, String> wrongSums(Map<String, CopyLedger.Sum> sums, Map<String, Held> target) {
        Map<String, String> found = new TreeMap<>();
        sums.forEach((key, sum) -> {
            Held held = target.get(key);
            long value = held == null ? 0 : Long.parseLong(held.elements().get(0));
            if (value < sum.surely() || value > sum.surely() + sum.perhaps()) {
                found.put(
                        key,
                        "is " + value + " in the target; acknowledged was " + sum.surely()
                                + (sum.perhaps() == 0 ? "" : ", and " + sum.perhaps() + " perhaps"));
            }
        });
        return found;
    }

    /**
     * Elements that are in the lists more than once, or not at all, or from nowhere; in words.
     *
     * @param surely those that must be somewhere
     * @param perhaps those that may
     */
    static List<String> wrongElements(Set<String> surely, Set<String> perhaps, Map<String, Held> target) {
        Map<String, List<String>> places = places(target);
        List<String> found = new ArrayList<>(doubled(places));
        surely.stream()
                .filter(element -> !places.containsKey(element))
                .sorted()
                .forEach(element -> found.add(element + " was pushed and is in no list of the target"));
        places.keySet().stream()
                .filter(element -> !surely.contains(element) && !perhaps.contains(element))
                .sorted()
                .forEach(element -> found.add(element + " was never pushed and is in " + places.get(element)));
        return found;
    }

    /** Elements that are in the lists more than once, in words. */
    static List<String> doubledElements(Map<String, Held> target) {
        return doubled(places(target));
    }

    private static List<String> doubled(Map<String, List<String>> places) {
        return places.entrySet().stream()
                .filter(place -> place.getValue().size() > 1)
                .map(place -> place.getKey() + " was pushed once and is in " + place.getValue())
                .sorted()
                .toList();
    }

    private static Map<String, List<String>> places(Map<String, Held> target) {
        Map<String, List<String>> places = new HashMap<>();
        target.forEach((key, held) -> {
            if (held.type().equals("list") && key.startsWith(CopyWorkload.LIST + ":")) {
                held.elements()
                        .forEach(element -> places.computeIfAbsent(element, e -> new ArrayList<>())
                                .add(key));
            }
        });
        return places;
    }
}
