package dev.lockstep.sync;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The part of a command that concerns only some of its keys, where these know nothing of each other, as in DEL and MSET. */
final class Portion {

    private Portion() {}

    /**
     * The same command for some of its keys.
     *
     * @param keys the places of all its keys
     * @param chosen those of them that are left, at least one
     */
    static Words of(ReplicatedCommand command, Words words, int[] keys, List<Integer> chosen) {
        int wordsPerKey = keys.length == 1 ? words.count() - keys[0] : keys[1] - keys[0];
        List<byte[]> part = new ArrayList<>();
        part.add(words.bytes(0));
        if (command == ReplicatedCommand.MSETEX) {
            part.add(Integer.toString(chosen.size()).getBytes(StandardCharsets.US_ASCII));
        }
        for (int key : chosen) {
            for (int i = 0; i < wordsPerKey; i++) {
                part.add(words.bytes(key + i));
            }
        }
        if (command == ReplicatedCommand.MSETEX) {
            for (int i = keys[keys.length - 1] + wordsPerKey; i < words.count(); i++) {
                part.add(words.bytes(i));
            }
        }
        return Words.of(part.toArray(byte[][]::new));
    }
}
