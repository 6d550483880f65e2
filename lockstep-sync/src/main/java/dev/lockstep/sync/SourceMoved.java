package dev.lockstep.sync;

/** Slots of the source that went a way which the copy cannot follow: all is copied anew when they are at rest. */
final class SourceMoved extends RuntimeException {

    SourceMoved(String why) {
        super(why);
    }
}
