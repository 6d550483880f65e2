package dev.lockstep.sync;

/**
 * A command as it is carried out on the target.
 *
 * @param database in which
 */
record Applied(int database, Words words) {

    int bytes() {
        return words.bytes();
    }
}
