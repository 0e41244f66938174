using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>What came out of a row.</summary>
/// <param name="Row">The row.</param>
/// <param name="Trainings">Its trainings so far, by seed.</param>
public sealed record RowOutcome(AblationRow Row, IReadOnlyList<RowTraining> Trainings)
{
    /// <summary>The mean of a figure over the seeds, of which a training that diverged has 0; null without a training, or where there is no such figure.</summary>
    /// <param name="figure">Picks it.</param>
    public double? Mean(Func<CocoFigures, double> figure)
    {
        var values = Values(figure);
        return values.Count == 0 || values.Any(value => value < 0) ? null : values.Average();
    }

    /// <summary>The standard deviation of a figure over the seeds (n − 1 below the sum); null with fewer than two, or where there is no such figure.</summary>
    /// <param name="figure">Picks it.</param>
    public double? Deviation(Func<CocoFigures, double> figure)
    {
        if (Trainings.Count < 2 || Mean(figure) is not { } mean)
            return null;
        return Math.Sqrt(Values(figure).Sum(value => (value - mean) * (value - mean)) / (Trainings.Count - 1));
    }

    /// <summary>Mean seconds of a training that came to its end with weights; null without one.</summary>
    public double? Seconds => MeanOf(training => training.Seconds);

    /// <summary>Mean milliseconds of detection for an image; null without a training.</summary>
    public double? Milliseconds => MeanOf(training => training.Milliseconds);

    /// <summary>Why trainings failed, with their seeds; empty where none did.</summary>
    public string Failures => string.Join("; ", Trainings.Where(training => training.Failure is not null)
        .Select(training => Trainings.Count == 1 ? training.Failure! : $"seed {training.Seed}: {training.Failure}"));

    private List<double> Values(Func<CocoFigures, double> figure) => [.. Trainings.Select(training => figure(training.Figures))];

    private double? MeanOf(Func<RowTraining, double> number)
    {
        var whole = Trainings.Where(training => training.Failure is null).ToList();
        return whole.Count == 0 ? null : whole.Average(number);
    }
}
