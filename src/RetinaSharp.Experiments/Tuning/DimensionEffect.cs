using RetinaSharp.Experiments.Statistics;

namespace RetinaSharp.Experiments.Tuning;

/// <summary>How the AP of trials depends on a dimension, as far as the dependence is monotone.</summary>
/// <param name="Dimension">The dimension.</param>
/// <param name="Correlation">Spearman's rank correlation of value and AP, in [-1, 1]; null if values or APs are all equal.</param>
/// <param name="CorrelationInterval">Bootstrap interval of the correlation; null if it is undefined.</param>
/// <param name="BestThird">Mean value of the third of the trials with the highest AP; the geometric mean for a logarithmic dimension.</param>
/// <param name="WorstThird">Mean value of the third of the trials with the lowest AP.</param>
/// <param name="Difference">Value of the best third minus that of the worst; for a logarithmic dimension, their ratio.</param>
/// <param name="DifferenceInterval">Bootstrap interval of <see cref="Difference"/>.</param>
/// <param name="IsSignificant">
/// Whether <see cref="CorrelationInterval"/> excludes 0, and there are at least <see cref="MinTrials"/> trials. The intervals of all dimensions together have a
/// confidence of 95 %: each has 1 - .05 / dimensions (Bonferroni).
/// </param>
public sealed record DimensionEffect(
    TuningDimension Dimension, double? Correlation, (double Low, double High)? CorrelationInterval,
    double BestThird, double WorstThird, double Difference, (double Low, double High)? DifferenceInterval, bool IsSignificant)
{
    /// <summary>Number of trials below which no effect is called significant.</summary>
    public const int MinTrials = 8;

    private const double FamilyError = .05;

    /// <summary>Computes the effect of each dimension; none with fewer than three trials.</summary>
    /// <param name="dimensions">The dimensions.</param>
    /// <param name="trials">Trials with a run of the given number of epochs.</param>
    /// <param name="epochs">Number of epochs of the runs to compare.</param>
    internal static IReadOnlyList<DimensionEffect> Compute(IReadOnlyList<TuningDimension> dimensions, IReadOnlyList<Trial> trials, int epochs)
    {
        if (trials.Count < 3)
            return [];
        double[] precisions = [.. trials.Select(trial => trial.At(epochs)!.Metrics.AP)];
        var confidence = 1 - FamilyError / dimensions.Count;
        return [.. dimensions.Select((dimension, index) => Compute(dimension, [.. trials.Select(trial => trial.Values[index])], precisions, confidence))];
    }

    private static DimensionEffect Compute(TuningDimension dimension, double[] values, double[] precisions, double confidence)
    {
        double[] scaled = dimension.IsLogarithmic ? [.. values.Select(value => Math.Log(value))] : values;
        int[] all = [.. Enumerable.Range(0, values.Length)];
        var correlation = RankCorrelation.Compute(values, precisions);
        var correlations = Bootstrap.Interval(values.Length, sample => RankCorrelation.Compute([.. sample.Select(i => values[i])], [.. sample.Select(i => precisions[i])]), confidence);
        var (best, worst) = Thirds(all, scaled, precisions);
        var differences = Bootstrap.Interval(values.Length, sample =>
        {
            var thirds = Thirds(sample, scaled, precisions);
            return thirds.Best - thirds.Worst;
        }, confidence);
        var isSignificant = values.Length >= MinTrials && correlations is { } interval && (interval.Low > 0 || interval.High < 0);
        return new(dimension, correlation, correlations, Shown(best), Shown(worst), Shown(best - worst),
            differences is { } range ? (Shown(range.Low), Shown(range.High)) : null, isSignificant);

        double Shown(double value) => dimension.IsLogarithmic ? Math.Exp(value) : value;
    }

    private static (double Best, double Worst) Thirds(int[] sample, double[] values, double[] precisions)
    {
        var ranked = sample.OrderByDescending(index => precisions[index]).ToArray();
        var third = ranked.Length / 3;
        return (ranked.Take(third).Average(index => values[index]), ranked.TakeLast(third).Average(index => values[index]));
    }
}
