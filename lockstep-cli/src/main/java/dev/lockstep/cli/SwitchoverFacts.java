package dev.lockstep.cli;

import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.Switchover;
import java.util.List;
import java.util.Locale;

/**
 * What an operator wants to know of a switchover. Also its JSON.
 *
 * @param writeGapMillis for how long nobody took writes
 * @param formerHistory the replication id that ended
 * @param cutOffsetBytes where in it the new primary's history begins; no acknowledged write lies beyond
 * @param history the replication id that began
 * @param remarks what did not go as planned and does no harm to the data
 */
record SwitchoverFacts(
        int schemaVersion,
        String uri,
        String shard,
        String from,
        String to,
        long writeGapMillis,
        String formerHistory,
        long cutOffsetBytes,
        String history,
        List<String> remarks) {

    static SwitchoverFacts of(Deployment deployment, Switchover done) {
        return new SwitchoverFacts(
                1,
                deployment.toString(),
                done.shard(),
                done.from().toString(),
                done.to().toString(),
                done.writeGap().toMillis(),
                done.cut().history(),
                done.cut().offset(),
                done.history(),
                done.remarks());
    }

    void print(Output output) {
        output.line(shard + ": the primary is " + to + ", before: " + from);
        output.line("");
        output.line("  nobody took writes for  " + writeGapMillis + " ms");
        output.line("  acknowledged and lost   0 writes: when " + to + " took over, it had applied all that");
        output.line("                          " + from + " had acknowledged before it took no more");
        output.line(String.format(
                Locale.ROOT,
                "  history                 %.8s up to offset %,d, then %.8s",
                formerHistory,
                cutOffsetBytes,
                history));
        remarks.forEach(remark -> output.line("  note                    " + remark));
    }
}
