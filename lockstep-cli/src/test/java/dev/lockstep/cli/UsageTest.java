package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of arguments, without any server. */
class UsageTest {

    @Test
    void withoutArgumentsAShortHelpBeginsWithTheCommandToTry() {
        Run run = Run.of();
        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("""
                Lockstep keeps every copy of a Redis or Valkey deployment's data in step, and proves it while nodes die.

                  lockstep up sentinel
                      starts a primary, 2 replicas and 3 sentinels on this machine, until Ctrl-C
                  lockstep status --watch 'redis-sentinel://127.0.0.1:26379#mymaster'
                      shows who is primary and how far behind each replica is
                  lockstep switchover 'redis-sentinel://127.0.0.1:26379#mymaster'
                      makes a replica the primary without losing a write
                  lockstep sync --from redis://127.0.0.1:6379 --to redis-cluster://127.0.0.1:7000
                      keeps the second deployment equal to the first, until Ctrl-C
                  lockstep verify --from redis://127.0.0.1:6379 --to redis-cluster://127.0.0.1:7000
                      names every key that two deployments do not hold alike
                  lockstep drill
                      kills and freezes servers under load; says which promises a client broke

                lockstep --help lists every command, lockstep COMMAND --help its options.
                """);
    }

    @Test
    void theHelpOfACommandHasItsOptionsAndAnExample() {
        Run run = Run.of("status", "--help");
        assertThat(run.code()).isZero();
        assertThat(run.out()).isEqualTo("""
                Usage: lockstep status [OPTIONS] URI
                Shows who is primary, of which slots, where each replica stands, and what the sentinels say.
                      URI              Where the deployment is; best in quotes.
                  -w, --watch[=TIME]   Go on until Ctrl-C, every second or as often as said, such as 500ms.
                      --json           Print a JSON object; with --watch one on each line.
                      --help           Print this help.
                      --version        Print the version.
                      --color=WHEN     auto (on a terminal, unless NO_COLOR is set), always or never.
                      --verbose        Tell on stderr what goes on.
                      --debug          Tell even more, and where in the code a failure came from.

                URI is redis://host:6379, redis-sentinel://host:26379,host:26379#mymaster or
                redis-cluster://host:7000,host:7001, with rediss in it for TLS; valkey... is the same.
                A password in it is seen by others in the process list: set REDISCLI_AUTH, or add
                ?passwordFile=FILE (and sentinelPasswordFile=FILE).

                  lockstep status --watch 'redis-sentinel://127.0.0.1:26379#mymaster'
                """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "up", "status", "switchover", "sync", "verify", "drill"})
    void everyCommandHasHelpAndVersionAndNoMinusH(String command) {
        String[] words = command.isEmpty() ? new String[0] : new String[] {command};
        assertThat(run(words, "--help").code()).isZero();
        assertThat(run(words, "--help").out().lines()).allMatch(line -> line.length() <= 100);
        assertThat(run(words, "--version").out()).startsWith("lockstep ").contains("Java ");
        assertThat(run(words, "-h").code()).isEqualTo(2);
    }

    private static Run run(String[] words, String option) {
        return words.length == 0 ? Run.of(option) : Run.of(words[0], option);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "frobnicate",
                "up",
                "up clusters",
                "up cluster --sentinels 3",
                "up cluster --shards 0",
                "up cluster --port 65533",
                "up sentinel --shards 3",
                "up sentinel extra",
                "up standalone --sentinels 3",
                "up sentinel --sentinels 0",
                "up sentinel --port 70000",
                "up sentinel --replicas many",
                "up sentinel --password-file /no/such/file",
                "status",
                "status 127.0.0.1:6379",
                "status http://127.0.0.1",
                "status --watch 0 redis://127.0.0.1",
                "status redis://127.0.0.1 --color sometimes",
                "switchover",
                "switchover --to nowhere redis://127.0.0.1",
                "switchover --to 127.0.0.1:70000 redis://127.0.0.1",
                "sync",
                "sync --from redis://127.0.0.1",
                "sync --from 127.0.0.1 --to redis://127.0.0.1",
                "sync --from redis://127.0.0.1 --to redis://127.0.0.1 --spool-size 8X",
                "sync --from redis://127.0.0.1 --to redis://127.0.0.1 --spool-size 100K",
                "sync redis://127.0.0.1 redis://127.0.0.2",
                "verify",
                "verify --from redis://127.0.0.1",
                "verify --from 127.0.0.1 --to redis://127.0.0.1",
                "verify --from redis://127.0.0.1 --to redis://127.0.0.1 --patience 0",
                "verify --from redis://127.0.0.1 --to redis://127.0.0.1 --rate -1",
                "verify --from redis://127.0.0.1 --to redis://127.0.0.1 --name -1",
                "verify --from redis://127.0.0.1 --to redis://127.0.0.1 --databases a",
                "verify --from redis://127.0.0.1 --to redis://127.0.0.1 --databases -1",
                "verify --from redis://127.0.0.1/2 --to redis://127.0.0.1 --databases 1",
                "verify --from redis://127.0.0.1/2 --to redis-cluster://127.0.0.1/2",
                "drill --topology standalone",
                "drill --topology cluster --faults kill-sentinel",
                "drill --faults move-slots",
                "drill --faults earthquake",
                "drill --duration 1s",
                "drill --threads 1",
                "drill --campaign 0",
                "drill --workload copy",
                "drill --source sentinel",
                "drill --keys 5000",
                "drill --workload sync --topology cluster",
                "drill --workload sync --threads 8",
                "drill --workload sync --source cluster3",
                "drill --workload sync --target sentinel --faults move-target-slots",
                "drill --workload sync --faults kill-primary",
                "drill --workload sync --keys 5",
                "drill --workload sync --campaign 0",
                "drill --workload sync --report /no/such/folder/report.html",
                "drill --report /no/such/folder/report.html"
            })
    void wrongUsageEndsWith2AndSaysWhereToReadOn(String line) {
        Run run = Run.of(line.split(" "));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("lockstep: ").contains("--help").doesNotContain("\tat ", "Exception");
    }

    @Test
    void aWrongCommandIsAnsweredWithTheRightOne() {
        assertThat(Run.of("stats").err()).contains("Did you mean: lockstep status?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status http://user:s3cret@127.0.0.1",
                "status redis://user:s3cret@127.0.0.1:port",
                "status redis://:s3/cret@127.0.0.1:6379",
                "status redis://127.0.0.1 redis://:s3cret@127.0.0.1",
                "status redis-sentinel://127.0.0.1?sentinelPassword=s3cret",
                "status redis://127.0.0.1 --passwrd=s3cret",
                "status redis://127.0.0.1 --passwrd s3cret",
                "switchover --to redis://:s3cret@127.0.0.1 redis://127.0.0.1",
                "sync --from redis://:s3cret@127.0.0.1:port --to redis://127.0.0.1",
                "sync --from redis://127.0.0.1 --to http://:s3cret@127.0.0.1",
                "sync --from redis://:s3cret@127.0.0.1",
                "verify --from redis://:s3cret@127.0.0.1:port --to redis://127.0.0.1",
                "verify --from redis://127.0.0.1 --to http://:s3cret@127.0.0.1",
                "verify --from redis://:s3cret@127.0.0.1",
                "up sentinel --passwort s3cret",
                "up cluster --sentinel-password s3cret",
                "up sentinel --password s3cret --port 70000",
                "up sentinel --password s3cret'",
                "up sentinel --password s3cret --password-file /dev/null"
            })
    void noPasswordIsRepeated(String line) {
        Run run = Run.of(line.split(" "));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out() + run.err()).doesNotContain("cret");
    }

    @Test
    void anExitCodeIsGivenOnce() {
        assertThat(ExitCode.values()).extracting(ExitCode::code).containsExactly(0, 1, 2, 3, 4, 130);
    }
}
