using RetinaSharp.Detection.Configuration;
using RetinaSharp.Experiments.Runs;

namespace RetinaSharp.Experiments.Tuning;

/// <summary>A point of the search space, with its finished runs.</summary>
/// <param name="Number">Number of the trial, from 0, which has the settings that the search starts from.</param>
/// <param name="Values">The value of each dimension.</param>
/// <param name="Settings">The settings, with the full number of epochs.</param>
/// <param name="Runs">The finished runs by ascending number of epochs.</param>
public sealed record Trial(int Number, IReadOnlyList<double> Values, RunSettings Settings, IReadOnlyList<(int Epochs, RunResult Result)> Runs)
{
    /// <summary>The result of the run with the most epochs; null if no run is finished.</summary>
    public RunResult? Last => Runs.Count > 0 ? Runs[^1].Result : null;

    /// <summary>The number of epochs of <see cref="Last"/>; 0 if no run is finished.</summary>
    public int Epochs => Runs.Count > 0 ? Runs[^1].Epochs : 0;

    /// <summary>Returns the result of the run with a number of epochs; null if it is not finished.</summary>
    /// <param name="epochs">The number of epochs.</param>
    public RunResult? At(int epochs) => Runs.FirstOrDefault(run => run.Epochs == epochs).Result;

    /// <summary>
    /// Returns the trial with the highest AP among those that were trained for the most epochs; of equals the one with the lowest number. Null if every run
    /// diverged, or none is finished.
    /// </summary>
    /// <param name="trials">The trials.</param>
    internal static Trial? FindBest(IEnumerable<Trial> trials) => trials.Where(trial => trial.Last is { Failure: null })
        .OrderByDescending(trial => trial.Epochs).ThenByDescending(trial => trial.Last!.Metrics.AP).ThenBy(trial => trial.Number).FirstOrDefault();
}
