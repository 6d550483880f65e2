package dev.lockstep.sync;

/** Something that time may mend, such as a failover: what is under way ends, and is begun again from the target's word. */
final class Setback extends Exception {

    Setback(String why) {
        super(why);
    }
}
