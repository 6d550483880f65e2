package dev.lockstep.cli;

/** How a command ended, for the shell. */
enum ExitCode {
    /** It did what it was asked; also a command that runs until it is stopped, and was. */
    OK(0),
    /** It failed, or a drill did not see enough to give a verdict. */
    FAILURE(1),
    /** Its arguments make no sense. */
    USAGE(2),
    /** It did what it was asked, and found that a promise was broken. */
    FINDINGS(3),
    /** No verified primary: nothing listens, nobody answers, or the credentials are refused. */
    CANNOT_CONNECT(4),
    /** Stopped before there was a result. */
    INTERRUPTED(130);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
