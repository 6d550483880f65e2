package dev.lockstep.sync;

/**
 * What a target is able to hold, as far as it decides how a command is carried out there.
 *
 * @param sharded whether keys of different slots are strangers to each other, as in a Redis Cluster
 * @param databases how many there are, counted from 0
 */
record TargetShape(boolean sharded, int databases) {

    /** The slot of a key; the same for all if the target is not sharded. */
    int slot(Words words, int place) {
        return sharded ? words.slot(place) : 0;
    }
}
