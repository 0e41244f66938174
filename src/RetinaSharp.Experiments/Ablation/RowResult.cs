using RetinaSharp.Evaluation;
using RetinaSharp.Experiments.Runs;
using RetinaSharp.Experiments.Statistics;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>The results of a row of an ablation table: its finished runs, and means over them.</summary>
/// <param name="Row">The row.</param>
/// <param name="Runs">The finished runs of the row, by ascending seed.</param>
public sealed record RowResult(AblationRow Row, IReadOnlyList<RunResult> Runs)
{
    /// <summary>
    /// Returns the mean of a metric over the runs. A diverged run counts as 0. Returns null without runs, or if the metric is undefined (negative) for a run.
    /// </summary>
    /// <param name="metric">Selects the metric.</param>
    public double? Mean(Func<CocoSummary, double> metric)
    {
        var values = Values(metric);
        return values.Count == 0 || values.Any(value => value < 0) ? null : values.Average();
    }

    /// <summary>
    /// Returns the sample standard deviation (n − 1) of a metric over the runs. Returns null with fewer than two runs, or if the metric is undefined (negative)
    /// for a run.
    /// </summary>
    /// <param name="metric">Selects the metric.</param>
    public double? Deviation(Func<CocoSummary, double> metric)
    {
        if (Runs.Count < 2 || Mean(metric) is not { } mean)
            return null;
        return Math.Sqrt(Values(metric).Sum(value => (value - mean) * (value - mean)) / (Runs.Count - 1));
    }

    /// <summary>
    /// Returns the 95 % confidence interval of the mean of a metric, by Student's t-distribution over the runs. Returns null where <see cref="Deviation"/> does.
    /// </summary>
    /// <param name="metric">Selects the metric.</param>
    public (double Low, double High)? Interval(Func<CocoSummary, double> metric) => Deviation(metric) is null ? null : MeanInterval.Compute(Values(metric));

    /// <summary>Mean training time in seconds of the runs that did not diverge; null if there are none.</summary>
    public double? Seconds => MeanOf(run => run.Seconds);

    /// <summary>Mean inference time per image in milliseconds, over the runs that did not diverge; null if there are none.</summary>
    public double? Milliseconds => MeanOf(run => run.Milliseconds);

    /// <summary>Text on why runs diverged, with their seeds if the row has several runs; empty if none diverged.</summary>
    public string Failures => string.Join("; ", Runs.Where(run => run.Failure is not null)
        .Select(run => Runs.Count == 1 ? run.Failure! : $"seed {run.Seed}: {run.Failure}"));

    private List<double> Values(Func<CocoSummary, double> metric) => [.. Runs.Select(run => metric(run.Metrics))];

    private double? MeanOf(Func<RunResult, double> number)
    {
        var finished = Runs.Where(run => run.Failure is null).ToList();
        return finished.Count == 0 ? null : finished.Average(number);
    }
}
