using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Cli.Verbs;
using Spectre.Console;

namespace RetinaSharp.Cli;

/// <summary>The <c>retina</c> command: its verbs, and how errors end it.</summary>
internal static class RetinaCommand
{
    /// <summary>Runs the command.</summary>
    /// <param name="args">Its arguments.</param>
    /// <param name="stdout">Results, and with --json one JSON document.</param>
    /// <param name="stderr">Everything that is said to people.</param>
    /// <param name="cancellationToken">Ends what runs, after its checkpoint.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, TextWriter stdout, IAnsiConsole stderr, CancellationToken cancellationToken = default)
    {
        var output = new Output(stdout, stderr);
        try
        {
            // A path may start with '@', and there are no short options to bundle.
            var parse = Create(new(output, cancellationToken)).Parse(args, new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
            if (parse.Action is ParseErrorAction)
            {
                foreach (var error in parse.Errors)
                    output.Fail(error.Message);
                output.Say($"'{NameOf(parse.CommandResult.Command)} --help' shows what there is.");
                return ExitCode.WrongUsage;
            }

            return parse.Invoke(new() { Output = stdout, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception error)
        {
            var report = ErrorReport.Create(error);
            if (report.Code == ExitCode.Cancelled)
                output.Say(report.Message);
            else
                output.Fail(report.Message);
            if (Environment.GetEnvironmentVariable(ErrorReport.DebugVariable) == "1")
                output.Say(error.ToString());
            return report.Code;
        }
    }

    /// <summary>The command with all its verbs.</summary>
    public static Command Create(Session session) => new("retina", "Trains, evaluates and runs RetinaNet, the object detector with focal loss.")
    {
        new HelpOption(),
        new VersionOption { Action = new ProgramVersion(session.Output) },
        DemoVerb.Create(session),
        new Command("data", "Looks at annotated images, and makes them.") { DataInfoVerb.Create(session), DataGenerateVerb.Create(session) },
        TrainVerb.Create(session),
        EvalVerb.Create(session),
        ScoreVerb.Create(session),
        DetectVerb.Create(session),
        LossVerb.Create(session),
        AblateVerb.Create(session),
        new Command("analyze", "Looks into a model.") { AnalyzeLossesVerb.Create(session) },
        new Command("bench", "Times this program, side by side with others.")
        {
            BenchVerb.Loss(session), BenchVerb.Assign(session), BenchVerb.Score(session), BenchLoadVerb.Create(session), BenchNetworkVerb.Train(session), BenchNetworkVerb.Detect(session),
        },
        ImportVerb.Create(session),
        new Command("export", "Writes a model in another format.") { ExportOnnxVerb.Create(session) },
        InfoVerb.Create(session),
    };

    private static string NameOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{NameOf(parent)} {command.Name}" : command.Name;
}
