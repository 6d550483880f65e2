package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Of the keys {@code in…} in the databases 0 and 1 what is left of commands that have others too. */
class SelectionDecisionTest {

    private static final Selection SOME =
            new Selection(Set.of(0, 1), new KeyFilter(List.of(new Glob("in*")), List.of(new Glob("*x"))));
    private static final Selection DATABASES = new Selection(Set.of(0, 1), KeyFilter.ALL);

    private static String left(String command, int database, Selection selection) {
        SelectionDecision.Left left = SelectionDecision.of(CommandText.words(command), database, selection);
        if (left.refusal() != null) {
            return "stops";
        }
        Words words = left.words();
        return words == null ? "nothing" : CommandText.text(words) + (left.mayFindIt() ? " (may be there)" : "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "INCR in:1                                | INCR in:1",
                "INCR out:1                               | nothing",
                "INCR in:x                                | nothing",
                "XGROUP DESTROY in:1 g                    | XGROUP DESTROY in:1 g",
                "XGROUP DESTROY out g                     | nothing",
                "DEL in:1 out in:2                        | DEL in:1 in:2",
                "UNLINK out other                         | nothing",
                "MSET in:1 a out b in:2 c                 | MSET in:1 a in:2 c",
                "MSETNX out b in:2 c                      | MSETNX in:2 c",
                "MSETEX 3 in:1 a out b in:2 c PXAT 99 NX  | MSETEX 2 in:1 a in:2 c PXAT 99 NX",
                "PFCOUNT in:1                             | PFCOUNT in:1",
                "PFCOUNT in:1 out                         | stops",
                "RENAME in:1 in:2                         | RENAME in:1 in:2",
                "RENAME in:1 out                          | DEL in:1",
                "RENAMENX in:1 out                        | DEL in:1",
                "RENAME out in:1                          | stops",
                "RENAME out other                         | nothing",
                "COPY in:1 in:2 REPLACE                   | COPY in:1 in:2 REPLACE",
                "COPY in:1 out                            | nothing",
                "COPY out in:1                            | stops",
                "COPY in:1 in:1 DB 1                      | COPY in:1 in:1 DB 1",
                "COPY in:1 in:1 REPLACE DB 2              | nothing",
                "MOVE in:1 1                              | MOVE in:1 1",
                "MOVE in:1 2                              | DEL in:1",
                "MOVE out 1                               | nothing",
                "LMOVE in:1 in:2 LEFT RIGHT               | LMOVE in:1 in:2 LEFT RIGHT",
                "LMOVE in:1 out LEFT RIGHT                | LPOP in:1",
                "LMOVE in:1 out RIGHT RIGHT               | RPOP in:1",
                "RPOPLPUSH in:1 out                       | RPOP in:1",
                "LMOVE out in:1 LEFT RIGHT                | stops",
                "RPOPLPUSH out in:1                       | stops",
                "SMOVE in:1 out m                         | SREM in:1 m",
                "SMOVE out in:1 m                         | SADD in:1 m (may be there)",
                "SMOVE out other m                        | nothing",
                "SUNIONSTORE in:1 in:2 in:3               | SUNIONSTORE in:1 in:2 in:3",
                "SUNIONSTORE in:1 in:2 out                | stops",
                "SUNIONSTORE out in:2 in:3                | nothing",
                "ZUNIONSTORE in:1 2 in:2 out WEIGHTS 1 2  | stops",
                "ZUNIONSTORE out 1 in:2                   | nothing",
                "BITOP AND in:1 in:2 in:3                 | BITOP AND in:1 in:2 in:3",
                "BITOP AND in:1 in:2 out                  | stops",
                "PFMERGE in:1 out                         | stops",
                "GEORADIUS out 1 1 1 km STORE in:1        | stops",
                "GEORADIUS in:1 1 1 1 km STORE out        | nothing",
                "SORT in:1 STORE in:2                     | SORT in:1 STORE in:2",
                "SORT in:1 STORE out                      | nothing",
                "SORT in:1 BY w_* STORE in:2              | stops",
                "FLUSHALL                                 | FLUSHALL",
                "FLUSHDB                                  | FLUSHDB",
                "SWAPDB 0 1                               | stops",
                "SWAPDB 2 3                               | nothing",
                "FUNCTION FLUSH                           | FUNCTION FLUSH",
                "DEL                                      | stops",
                "NOSUCH.COMMAND out                       | NOSUCH.COMMAND out",
            })
    void ofPatterns(String command, String left) {
        assertThat(left(command, 0, SOME)).isEqualTo(left);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | INCR a                    | INCR a",
                "2 | INCR a                    | nothing",
                "0 | MOVE a 2                  | DEL a",
                "2 | MOVE a 0                  | stops",
                "2 | MOVE a 3                  | nothing",
                "0 | COPY a b DB 2             | nothing",
                "2 | COPY a b DB 0             | stops",
                "2 | SUNIONSTORE a b c         | nothing",
                "0 | SORT a BY w_* STORE b     | SORT a BY w_* STORE b",
                "2 | SWAPDB 0 1                | SWAPDB 0 1",
                "0 | SWAPDB 1 2                | stops",
                "0 | SWAPDB 2 2                | nothing",
            })
    void ofDatabases(int database, String command, String left) {
        assertThat(left(command, database, DATABASES)).isEqualTo(left);
    }

    @Test
    void aStopNamesTheCommandAndTheKeyEscaped() {
        SelectionDecision.Left left = SelectionDecision.of(Words.of("RENAME", "out", "in\n"), 0, SOME);
        assertThat(left.refusal()).startsWith("RENAME makes the key 'in\\x0a', which is copied, of what is not copied");
    }

    @Test
    void whatIsRememberedTellsSelectionsApart() {
        assertThat(Selection.ALL).hasToString("everything");
        assertThat(SOME).hasToString("databases=0,1 include=in* exclude=*x");
        assertThat(new Selection(Set.of(), new KeyFilter(List.of(new Glob("b"), new Glob("a,%")), List.of())))
                .hasToString("databases=all include=a%2c%25,b");
    }
}
