package dev.lockstep.cli;

import dev.lockstep.sync.CutOver;
import dev.lockstep.sync.verify.VerifyResult;
import java.time.Duration;

/**
 * How a cut-over has ended, for who asked for it. Also its JSON.
 *
 * @param cutOver whether the application may go over to the target
 * @param pausedMillis for how long the source had taken no writes by then
 * @param heldMillis for how much longer it takes none
 * @param verification what the comparison found
 */
record CutOverFacts(
        int schemaVersion,
        String from,
        String to,
        boolean cutOver,
        long pausedMillis,
        long heldMillis,
        VerifyFacts verification) {

    static CutOverFacts of(DeploymentPair pair, CutOver end, VerifyResult result) {
        return new CutOverFacts(
                1,
                pair.from().toString(),
                pair.to().toString(),
                end.done(),
                end.paused().toMillis(),
                end.held().toMillis(),
                VerifyFacts.of(pair.from(), pair.to(), result));
    }

    void print(Output output) {
        verification.print(output);
        output.line("");
        if (cutOver) {
            output.line("The copy has ended, and its own keys are removed. Point the application to " + to + " now.");
            output.line("The source has taken no writes for " + time(pausedMillis) + ", and takes none for another "
                    + time(heldMillis) + "; then it does again.");
        } else {
            output.line("No cut-over: the source takes writes again (it took none for " + time(pausedMillis)
                    + "), and the target is a copy as before, which the same command goes on with.");
        }
    }

    private static String time(long millis) {
        return Duration.ofMillis(millis).toString().substring(2).toLowerCase(java.util.Locale.ROOT);
    }
}
