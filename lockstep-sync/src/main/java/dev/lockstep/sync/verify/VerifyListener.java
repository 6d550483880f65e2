package dev.lockstep.sync.verify;

/** Whoever wants to know how a comparison goes on. */
@FunctionalInterface
public interface VerifyListener {

    /** Where it stands, about four times a second, on the thread that runs it. What is thrown here ends the run. */
    void onProgress(VerifyProgress now);
}
