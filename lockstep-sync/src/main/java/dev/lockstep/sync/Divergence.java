package dev.lockstep.sync;

/** A command that had another effect on the target than at the source: the copy is not equal, and has to be made anew. */
final class Divergence extends RuntimeException {

    Divergence(String what) {
        super(what);
    }
}
