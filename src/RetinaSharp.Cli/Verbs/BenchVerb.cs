using System.CommandLine;
using RetinaSharp.Cli.Benchmarks;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli.Verbs;

/// <summary>
/// Creates <c>retina bench loss</c>, <c>retina bench assign</c> and <c>retina bench score</c>, and the option and the timer that all benchmarks share.
/// </summary>
internal static class BenchVerb
{
    private const int DefaultRuns = 5;

    // Tiered compilation has produced its final code after about half a second.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(.7);

    public static Command Loss(Session session) => Create(session, "loss", "Time the losses, value and gradient, of 120,000 anchors with 80 classes, beside a memory copy.",
        () => new LossBenchmark(LossBenchmark.Rows));

    public static Command Assign(Session session) => Create(session, "assign", "Time the assignment of 120,000 anchors to 100 boxes.",
        () => new AssignmentBenchmark(AssignmentBenchmark.Anchors, AssignmentBenchmark.Boxes));

    public static Command Score(Session session) => Create(session, "score", "Time the COCO metrics of 500,000 detections in 5,000 images.",
        () => new ScoreBenchmark(ScoreBenchmark.Images));

    /// <summary>Creates the option --runs.</summary>
    public static Option<int> Runs() => CliOption.Integer("--runs", "Number of runs, of which the median is taken.", min: 1).WithDefault(DefaultRuns);

    public static BenchmarkTimer CreateTimer(int runs, Session session) => new(runs, WarmUp, session.CancellationToken);

    private static Command Create(Session session, string name, string description, Func<IBenchmark> create)
    {
        var runs = Runs();
        var json = SharedOptions.Json();
        var command = new Command(name, description) { runs, json };
        command.SetAction(parse =>
        {
            Run(create(), name, parse.GetValue(runs), parse.GetValue(json), session);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Runs a benchmark and writes its timings.</summary>
    /// <param name="benchmark">The benchmark.</param>
    /// <param name="title">Title of the progress display.</param>
    /// <param name="runs">Number of runs of each timing.</param>
    /// <param name="asJson">Whether to write JSON instead of a table.</param>
    /// <param name="session">Receives the output, and cancels.</param>
    public static void Run(IBenchmark benchmark, string title, int runs, bool asJson, Session session)
    {
        var timings = ProgressDisplay.Run(session.Output, title, display => Run(benchmark, CreateTimer(runs, session), display));
        if (asJson)
            session.Output.Json(writer => TimingReport.Write(writer, timings, runs));
        else
            TimingReport.Show(session.Output, timings, benchmark.CopyName);
    }

    private static List<Timing> Run(IBenchmark benchmark, BenchmarkTimer timer, ProgressDisplay display)
    {
        var timings = new List<Timing>();
        foreach (var timing in benchmark.Run(timer))
        {
            timings.Add(timing);
            display.Show(timings.Count, benchmark.Count, timing.Name);
        }

        return timings;
    }
}
