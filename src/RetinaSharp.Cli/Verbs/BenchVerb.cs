using System.CommandLine;
using RetinaSharp.Cli.Benchmarks;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Verbs of <c>retina bench</c> that time one thing, and what they have in common.</summary>
internal static class BenchVerb
{
    private const int DefaultRuns = 5;

    // After half a second of runs the last compilation is in use.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(.7);

    public static Command Loss(Session session) => Create(session, "loss", "The losses, value and gradient, of 120,000 anchors with 80 classes, beside a plain memory copy.",
        () => new LossBenchmark(LossBenchmark.Rows));

    public static Command Assign(Session session) => Create(session, "assign", "Assignment of 120,000 anchors to 100 boxes.",
        () => new AssignmentBenchmark(AssignmentBenchmark.Anchors, AssignmentBenchmark.Boxes));

    public static Command Score(Session session) => Create(session, "score", "COCO's figures of 500,000 detections in 5,000 images.",
        () => new ScoreBenchmark(ScoreBenchmark.Images));

    public static Option<string?> Runs() => Given.Value("--runs", "N", $"Runs of which the median is taken; {DefaultRuns} if left out.");

    /// <exception cref="UsageException">It is no number, or below 1.</exception>
    public static int ReadRuns(ParseResult parse, Option<string?> runs) => ReadCount(parse, runs, DefaultRuns);

    /// <exception cref="UsageException">It is no number, or below 1.</exception>
    public static int ReadCount(ParseResult parse, Option<string?> option, int otherwise)
    {
        var count = Given.ReadValue(parse, option, OptionValue.Whole) ?? otherwise;
        return count >= 1 ? count : throw new UsageException($"{option.Name}: {count} is below 1");
    }

    public static Stopper Stopper(int runs, Session session) => new(runs, WarmUp, session.Cancellation);

    private static Command Create(Session session, string name, string description, Func<IBenchmark> make)
    {
        var runs = Runs();
        var json = Given.Json();
        var command = new Command(name, description) { runs, json };
        command.SetAction(parse =>
        {
            var count = ReadRuns(parse, runs);
            var benchmark = make();
            var timings = ProgressDisplay.During(session.Output, name, display => Run(benchmark, Stopper(count, session), display));
            if (parse.GetValue(json))
                session.Output.Json(writer => TimingReport.Write(writer, timings, count));
            else
                TimingReport.Show(session.Output, timings, benchmark.CopyName);
            return ExitCode.Done;
        });
        return command;
    }

    private static List<Timing> Run(IBenchmark benchmark, Stopper stopper, ProgressDisplay display)
    {
        var timings = new List<Timing>();
        foreach (var timing in benchmark.Run(stopper))
        {
            timings.Add(timing);
            display.Show(timings.Count, benchmark.Figures, timing.Name);
        }

        return timings;
    }
}
