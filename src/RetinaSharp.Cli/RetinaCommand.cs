using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Cli.Verbs;
using RetinaSharp.Distributed;
using Spectre.Console;

namespace RetinaSharp.Cli;

/// <summary>The <c>retina</c> command: its verbs (subcommands) and its error handling.</summary>
internal static class RetinaCommand
{
    // Verbs whose work several processes can share.
    private static readonly string[] SharedVerbs = ["retina train", "retina eval", "retina ablate", "retina tune"];

    /// <summary>Parses the command line and runs the verb.</summary>
    /// <param name="args">The command-line arguments, without the name of the command.</param>
    /// <param name="stdout">Receives results; with --json, a single JSON document.</param>
    /// <param name="stderr">Receives messages, warnings, errors and progress.</param>
    /// <param name="cancellationToken">Cancels the verb; a training run writes its checkpoint first.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, TextWriter stdout, IAnsiConsole stderr, CancellationToken cancellationToken = default)
    {
        var output = new Output(stdout, stderr);
        var session = new Session(output, cancellationToken);
        try
        {
            // A path may start with '@', and there are no short options to bundle.
            var parse = Create(session).Parse(args, new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
            if (parse.Action is ParseErrorAction)
            {
                if (ProcessGroup.LaunchedRank == 0)
                    ReportErrors(parse, output);
                return ExitCode.WrongUsage;
            }

            if (ProcessGroup.IsLaunched && parse.Action is not (HelpAction or ProgramVersion) && !SharedVerbs.Any(verb => $"{NameOf(parse.CommandResult.Command)} ".StartsWith($"{verb} ", StringComparison.Ordinal)))
                throw new UsageException($"{NameOf(parse.CommandResult.Command)} works in one process: start it without mpirun or srun");
            var code = parse.Invoke(new() { Output = stdout, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
            session.Processes.Leave();
            return code;
        }
        catch (Exception error)
        {
            return session.Processes.Fail(error);
        }
    }

    /// <summary>Creates the command with all its verbs.</summary>
    public static Command Create(Session session) => new("retina", "Train, evaluate and run RetinaNet, the object detector with focal loss.")
    {
        new HelpOption(),
        new VersionOption { Action = new ProgramVersion(session.Output) },
        DemoVerb.Create(session),
        new Command("data", "Inspect, check, convert, split, pack and generate datasets.")
        {
            DataInfoVerb.Create(session), DataCheckVerb.Create(session), DataConvertVerb.Create(session), DataSplitVerb.Create(session), DataMergeVerb.Create(session), DataFilterVerb.Create(session),
            DataPackVerb.Create(session), DataPreviewVerb.Create(session), DataRankVerb.Create(session), DataGenerateVerb.Create(session),
        },
        TrainVerb.Create(session),
        EvalVerb.Create(session),
        ScoreVerb.Create(session),
        DetectVerb.Create(session),
        WatchVerb.Create(session),
        LossVerb.Create(session),
        AnchorsVerb.Create(session),
        AblateVerb.Create(session),
        TuneVerb.Create(session),
        new Command("analyze", "Analyze a model.") { AnalyzeLossesVerb.Create(session) },
        new Command("bench", "Time this program, for comparison with others.")
        {
            BenchVerb.Loss(session), BenchVerb.Assign(session), BenchVerb.Score(session), BenchLoadVerb.Create(session), BenchNetworkVerb.Train(session), BenchNetworkVerb.Detect(session),
        },
        ImportVerb.Create(session),
        new Command("export", "Export a model to another format.") { ExportOnnxVerb.Create(session) },
        ServeVerb.Create(session),
        InfoVerb.Create(session),
    };

    private static void ReportErrors(ParseResult parse, Output output)
    {
        var (command, unmatched) = (parse.CommandResult.Command, parse.UnmatchedTokens);
        foreach (var error in parse.Errors)
        {
            var index = unmatched.Index().Where(token => error.Message.Contains($"'{token.Item}'", StringComparison.Ordinal)).Select(token => (int?)token.Index).FirstOrDefault();
            if (!IsConsequence(index))
                output.Error(error.Message + (index is { } i ? Suggestion.Sentence(unmatched[i], command) : ""));
        }

        output.Info($"Run '{NameOf(command)} --help' for usage.");

        // Whether an error only follows from an earlier one: nothing after a misspelled verb can be parsed, and the token after a
        // misspelled option is its value.
        bool IsConsequence(int? index) => command.Subcommands.Count > 0 && unmatched.Count > 0
            ? index != 0
            : index is > 0 and { } i && unmatched[i - 1].StartsWith('-') && !unmatched[i].StartsWith('-');
    }

    private static string NameOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{NameOf(parent)} {command.Name}" : command.Name;
}
