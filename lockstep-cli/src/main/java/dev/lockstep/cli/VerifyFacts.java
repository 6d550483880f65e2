package dev.lockstep.cli;

import dev.lockstep.sync.verify.Difference;
import dev.lockstep.sync.verify.VerifyResult;
import dev.lockstep.topology.Deployment;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What came out of a comparison, for who asked for it. Also its JSON.
 *
 * @param verdict EQUAL, DIFFERENT or UNSETTLED
 * @param keys how many keys of the source were compared
 * @param differences keys that differ, as many as were to be named
 * @param unsettledKeys keys that could not be judged, as many as were to be named
 * @param functions what differs between the functions, in words
 * @param doubts why keys may have been overlooked, in words
 */
record VerifyFacts(
        int schemaVersion,
        String verdict,
        String from,
        String to,
        long keys,
        long differing,
        long unsettled,
        List<Difference> differences,
        List<Difference> unsettledKeys,
        List<String> functions,
        List<String> doubts,
        long elapsedMillis) {

    static VerifyFacts of(Deployment from, Deployment to, VerifyResult result) {
        return new VerifyFacts(
                1,
                result.verdict().name(),
                from.toString(),
                to.toString(),
                result.keys(),
                result.differing(),
                result.unsettled(),
                result.differences(),
                result.unsettledKeys(),
                result.functions(),
                result.doubts(),
                result.elapsed().toMillis());
    }

    void print(Output output) {
        output.line(String.format(
                Locale.ROOT,
                "%s: %,d keys compared, %,d differ%s",
                verdict,
                keys,
                differing,
                unsettled == 0 ? "" : String.format(Locale.ROOT, ", %,d would not settle", unsettled)));
        print(output, "differ", "WHAT DIFFERS", differences, differing);
        print(output, "would not settle", "WHAT IS KNOWN", unsettledKeys, unsettled);
        if (!functions.isEmpty()) {
            output.line("");
            functions.forEach(text -> output.line("  functions: " + text));
        }
        if (!doubts.isEmpty()) {
            output.line("");
            doubts.forEach(text -> output.line("  note: " + text));
        }
    }

    private static void print(Output output, String what, String title, List<Difference> named, long all) {
        if (named.isEmpty()) {
            return;
        }
        Table table = new Table("KEY", ">DATABASE", title);
        for (Difference difference : named) {
            table.row(
                    difference.key().isEmpty() ? "(the empty name)" : difference.key(),
                    difference.database() == 0 ? "" : String.valueOf(difference.database()),
                    difference.findings().stream().map(Difference.Finding::text).collect(Collectors.joining("; ")));
        }
        output.line("");
        output.lines(table.indented(2));
        if (all > named.size()) {
            output.line(String.format(
                    Locale.ROOT, "  %,d more %s; --name says how many to name", all - named.size(), what));
        }
    }
}
