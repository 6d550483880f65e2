package dev.lockstep.client;

/** No primary was there to take the call within its time; it was certainly not executed. */
public final class NoPrimaryException extends NotSentException {

    NoPrimaryException(String message) {
        super(message);
    }
}
