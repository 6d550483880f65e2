package dev.lockstep.sync;

import java.io.IOException;

/** What tells that a spool has no room left within the limit that it was given. Nothing of the bytes at hand was kept. */
final class SpoolFullException extends IOException {

    SpoolFullException(long wanted, long used, long limit) {
        super("the spool has " + used + " of at most " + limit + " bytes and cannot take " + wanted
                + " more; let the target catch up, or allow a larger spool");
    }
}
