using RetinaSharp.Experiments.Runs;

namespace RetinaSharp.Experiments.Tuning;

/// <summary>The result of a search, complete or up to the end of its budget.</summary>
/// <param name="Dimensions">The settings that were varied.</param>
/// <param name="Rungs">Epochs of a run at each rung, ascending; the last is the full number of epochs.</param>
/// <param name="Planned">Number of trials that were planned; 0 if the first run is not finished.</param>
/// <param name="Trials">The trials with a finished run, by number.</param>
/// <param name="Spent">Time that the search has taken, over all sessions.</param>
/// <param name="IsComplete">Whether all planned runs are finished; otherwise the budget ended before.</param>
public sealed record TuningResult(
    IReadOnlyList<TuningDimension> Dimensions, IReadOnlyList<int> Rungs, int Planned, IReadOnlyList<Trial> Trials, TimeSpan Spent, bool IsComplete)
{
    /// <summary>How the AP of the trials depends on each dimension, at the first rung, which all trials have reached; empty with fewer than three trials.</summary>
    public IReadOnlyList<DimensionEffect> Effects { get; } = DimensionEffect.Compute(Dimensions, [.. Trials.Where(trial => trial.At(Rungs[0]) is not null)], Rungs[0]);

    /// <summary>
    /// The trial with the highest AP among those that were trained for the most epochs; null if every run diverged, or none is finished.
    /// </summary>
    public Trial? Best => Trial.FindBest(Trials);

    /// <summary>Results at the last rung that both the first trial, with the settings that the search started from, and the best trial have reached.</summary>
    internal (int Epochs, RunResult First, RunResult Best)? Comparison => Best is { } best && Trials is [{ Number: 0 } first, ..]
        && Rungs.LastOrDefault(epochs => first.At(epochs) is not null && best.At(epochs) is not null) is > 0 and var common
            ? (common, first.At(common)!, best.At(common)!)
            : null;

    /// <summary>Says in a sentence or two which settings have a significant effect, or that none has.</summary>
    public string Conclusion
    {
        get
        {
            var trials = Trials.Count(trial => trial.At(Rungs[0]) is not null);
            if (trials < DimensionEffect.MinTrials)
                return $"{(trials == 1 ? "One trial is" : $"{trials} trials are")} too few to tell which settings matter: at least {DimensionEffect.MinTrials} are needed. Use a longer budget.";
            var significant = Effects.Where(effect => effect.IsSignificant).ToList();
            if (significant.Count == 0)
                return $"With {trials} trials no setting has a significant effect on AP: the differences may be chance, and the best trial may only be the luckiest one.";
            return $"With {trials} trials these settings have a significant effect: {string.Join("; ", significant.Select(effect => $"AP {(effect.Correlation > 0 ? "rises" : "falls")} with {effect.Dimension.Name}"))}."
                + (significant.Count < Effects.Count ? " Differences by the other settings may be chance." : "");
        }
    }
}
