package dev.lockstep.sync;

/** What is seen when a key of the target is not what it was at the source, and a command cannot do there what it did here. */
final class KeyDiffers extends RuntimeException {

    KeyDiffers(String what) {
        super(what);
    }
}
