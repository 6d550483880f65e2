package dev.lockstep.cli;

import dev.lockstep.drill.Campaign;
import dev.lockstep.drill.CopyDrill;
import dev.lockstep.drill.CopyDrillSettings;
import dev.lockstep.drill.CopyReport;
import dev.lockstep.drill.CopyResult;
import dev.lockstep.drill.Drill;
import dev.lockstep.drill.DrillResult;
import dev.lockstep.drill.DrillSettings;
import dev.lockstep.drill.Report;
import dev.lockstep.drill.Verdict;
import dev.lockstep.drill.VerdictTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lockstep drill}: faults on real servers under load, and a verdict. */
@Command(
        name = "drill",
        versionProvider = Version.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Starts servers, loads them through Lockstep and through plain Lettuce, breaks them, and gives a verdict.",
            "Without --seed, --duration or --faults it plays a fixed story: a replica dies and returns, another joins,",
            "in a cluster slots move, a primary is killed. With one of them the faults are drawn from the seed.",
            "With --workload sync it keeps one deployment equal to another instead, by a copier in a process of its own",
            "that is killed again and again, while the source is written to; the faults are drawn from the seed."
        },
        footer = {
            "",
            "Exit code 0: VALID, every promise kept, or the copy equal. 3: INVALID, with evidence in the report.",
            "1: UNKNOWN.",
            "",
            "  ${ROOT-COMMAND-NAME} drill",
            "  ${ROOT-COMMAND-NAME} drill --topology cluster",
            "  ${ROOT-COMMAND-NAME} drill --seed 7 --duration 2m --faults kill-primary,pause-primary",
            "  ${ROOT-COMMAND-NAME} drill --campaign 20 --out drills",
            "  ${ROOT-COMMAND-NAME} drill --workload sync --source sentinel --target cluster --seed 7"
        })
final class DrillCommand implements Callable<Integer> {

    @Mixin
    private final DrillOptions options = new DrillOptions();

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Where to write the report, one HTML page; default ${DEFAULT-VALUE}.",
            order = 20)
    private Path report = Path.of("lockstep-drill.html");

    @Option(
            names = "--campaign",
            paramLabel = "N",
            description = "Run N drills of consecutive seeds, but for those that --out has the results of.",
            order = 21)
    private @Nullable Integer campaign;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "Where a campaign writes its reports and summary; default ${DEFAULT-VALUE}.",
            order = 22)
    private Path out = Path.of("lockstep-drills");

    @Option(names = "--json", description = "Print one JSON object instead of the table.", order = 30)
    private boolean json;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Output output = common.output(spec);
        Callable<ExitCode> task = plan(output);
        return StopSignal.stops(ExitCode.INTERRUPTED, task);
    }

    private Callable<ExitCode> plan(Output output) {
        try {
            DrillProgress progress = new DrillProgress(output);
            return options.isCopy()
                    ? plan(options.copySettings(), progress, output)
                    : plan(options.settings(campaign != null), progress, output);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private Callable<ExitCode> plan(DrillSettings settings, DrillProgress progress, Output output) {
        if (campaign != null) {
            Campaign plan = new Campaign(settings, campaign, out, progress);
            return () -> runCampaign(plan, output);
        }
        checkReport();
        Drill drill = new Drill(settings).listener(progress);
        return () -> runDrill(drill, output);
    }

    private Callable<ExitCode> plan(CopyDrillSettings settings, DrillProgress progress, Output output) {
        if (campaign != null) {
            Campaign plan = new Campaign(settings, campaign, out, progress);
            return () -> runCampaign(plan, output);
        }
        checkReport();
        CopyDrill drill = new CopyDrill(settings).listener(progress);
        return () -> runCopy(drill, output);
    }

    private void checkReport() {
        Path folder = report.toAbsolutePath().getParent();
        if (folder == null || !Files.isWritable(folder)) {
            throw new IllegalArgumentException("The report cannot be written to " + report
                    + ": its folder does not exist or is not yours; name another file with --report");
        }
    }

    private ExitCode runCopy(CopyDrill drill, Output output) throws InterruptedException {
        CopyResult result = drill.run();
        CopyReport.write(result, report);
        if (json) {
            output.json(CopyFacts.of(result, report));
        } else {
            output.text("\n" + result.text());
            sayWhereAndHow(result.settings().command(), output);
        }
        return exitCode(List.of(result.verdict().kind()));
    }

    private void sayWhereAndHow(String command, Output output) {
        output.line("\nReport: " + report.toAbsolutePath().toUri());
        output.line("Again:  " + command.replace("lockstep drill", Main.commandName() + " drill"));
    }

    private ExitCode runDrill(Drill drill, Output output) throws InterruptedException {
        DrillResult result = drill.run();
        Report.write(result, report);
        if (json) {
            output.json(DrillFacts.of(result, report));
        } else {
            output.text("\n" + VerdictTable.text(result));
            sayWhereAndHow(result.settings().command(), output);
        }
        return exitCode(List.of(result.verdict().kind()));
    }

    private ExitCode runCampaign(Campaign plan, Output output) throws InterruptedException {
        List<Campaign.Entry> entries = plan.run();
        if (json) {
            output.json(new DrillFacts.CampaignFacts(1, out.toString(), entries));
        } else {
            output.text("\n" + Campaign.summary(entries));
            output.line("Reports: " + out.toAbsolutePath().toUri());
        }
        return exitCode(entries.stream().map(Campaign.Entry::verdict).toList());
    }

    static ExitCode exitCode(List<Verdict.Kind> verdicts) {
        if (verdicts.contains(Verdict.Kind.INVALID)) {
            return ExitCode.FINDINGS;
        }
        return verdicts.contains(Verdict.Kind.UNKNOWN) ? ExitCode.FAILURE : ExitCode.OK;
    }
}
