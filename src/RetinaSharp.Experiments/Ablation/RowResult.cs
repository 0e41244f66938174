using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>The results of a row.</summary>
/// <param name="Row">The row.</param>
/// <param name="Runs">Its finished runs, by seed.</param>
public sealed record RowResult(AblationRow Row, IReadOnlyList<RowRun> Runs)
{
    /// <summary>Mean of a metric over the seeds, where a diverged run counts as 0; null without runs, or if the metric is undefined.</summary>
    /// <param name="metric">Selects the metric.</param>
    public double? Mean(Func<CocoSummary, double> metric)
    {
        var values = Values(metric);
        return values.Count == 0 || values.Any(value => value < 0) ? null : values.Average();
    }

    /// <summary>Sample standard deviation (n − 1) of a metric over the seeds; null with fewer than two runs, or if the metric is undefined.</summary>
    /// <param name="metric">Selects the metric.</param>
    public double? Deviation(Func<CocoSummary, double> metric)
    {
        if (Runs.Count < 2 || Mean(metric) is not { } mean)
            return null;
        return Math.Sqrt(Values(metric).Sum(value => (value - mean) * (value - mean)) / (Runs.Count - 1));
    }

    /// <summary>Mean training time in seconds of the runs that did not diverge; null without one.</summary>
    public double? Seconds => MeanOf(run => run.Seconds);

    /// <summary>Mean inference time per image in milliseconds; null without runs.</summary>
    public double? Milliseconds => MeanOf(run => run.Milliseconds);

    /// <summary>Why runs failed, with their seeds; empty if none did.</summary>
    public string Failures => string.Join("; ", Runs.Where(run => run.Failure is not null)
        .Select(run => Runs.Count == 1 ? run.Failure! : $"seed {run.Seed}: {run.Failure}"));

    private List<double> Values(Func<CocoSummary, double> metric) => [.. Runs.Select(run => metric(run.Metrics))];

    private double? MeanOf(Func<RowRun, double> number)
    {
        var finished = Runs.Where(run => run.Failure is null).ToList();
        return finished.Count == 0 ? null : finished.Average(number);
    }
}
