using RetinaSharp.Experiments.Runs;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>Options of an <see cref="AblationRunner"/>, which apply to all runs.</summary>
public sealed record AblationOptions : ExperimentOptions
{
    /// <summary>Number of runs per row, at least 1. The first run has the seed of the row's settings, each further run the next seed.</summary>
    public int Seeds { get; init; } = 1;
}
