package dev.lockstep.topology;

import io.lettuce.core.RedisException;

/**
 * A planned switchover did not take place, or not as it should have. Its text says what was seen, what was expected and what
 * to do next.
 */
public final class SwitchoverException extends RedisException {

    private static final long serialVersionUID = 1L;

    private final boolean changed;

    SwitchoverException(boolean changed, String message) {
        super(message);
        this.changed = changed;
    }

    /** For the caller's thread, with the caller's stack. */
    SwitchoverException(SwitchoverException elsewhere) {
        super(elsewhere.getMessage(), elsewhere);
        this.changed = elsewhere.changed;
    }

    /** It would not have been safe, so nothing was begun. */
    static SwitchoverException refused(String reason) {
        return new SwitchoverException(false, "The switchover was refused: " + reason + ". Nothing was changed");
    }

    /**
     * Whether anything is different from before: a new primary, or something that could not be put back. If not, the
     * deployment is as it was, and it is safe to try again.
     */
    public boolean changed() {
        return changed;
    }
}
