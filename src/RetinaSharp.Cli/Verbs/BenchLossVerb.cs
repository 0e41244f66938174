using System.CommandLine;
using RetinaSharp.Cli.Benchmarks;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli.Verbs;

/// <summary><c>retina bench loss</c>.</summary>
internal static class BenchLossVerb
{
    private const int DefaultRuns = 5;

    // After half a second of runs the last compilation is in use.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(.7);

    public static Command Create(Session session)
    {
        var runs = Given.Value("--runs", "N", $"Runs of which the median is taken; {DefaultRuns} if left out.");
        var json = Given.Json();
        var command = new Command("loss", "The losses, value and gradient, of 120,000 anchors with 80 classes, beside a plain memory copy.") { runs, json };
        command.SetAction(parse =>
        {
            var count = Given.ReadValue(parse, runs, OptionValue.Whole) ?? DefaultRuns;
            if (count < 1)
                throw new UsageException($"--runs: {count} is below 1");
            using var benchmark = new LossBenchmark(LossBenchmark.Rows, count, WarmUp, session.Cancellation);
            var timings = ProgressDisplay.During(session.Output, "losses", display => Run(benchmark, display));
            if (parse.GetValue(json))
                session.Output.Json(writer => TimingReport.Write(writer, timings, count));
            else
                TimingReport.Show(session.Output, timings, benchmark.CopyName);
            return ExitCode.Done;
        });
        return command;
    }

    private static List<Timing> Run(LossBenchmark benchmark, ProgressDisplay display)
    {
        var timings = new List<Timing>();
        foreach (var timing in benchmark.Run())
        {
            timings.Add(timing);
            display.Show(timings.Count, LossBenchmark.Figures, timing.Name);
        }

        return timings;
    }
}
