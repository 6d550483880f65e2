package dev.lockstep.sync;

/** The target's refusal of something that it will refuse again; for the lane, which knows what stood at its place. */
final class Refused extends RuntimeException {

    private final transient Outlet.Trouble trouble;

    Refused(Outlet.Trouble trouble) {
        super(trouble.why());
        this.trouble = trouble;
    }

    /** Where what was refused stood in the snapshot or the stream; -1 if that is not known. */
    long place() {
        return trouble.place();
    }
}
