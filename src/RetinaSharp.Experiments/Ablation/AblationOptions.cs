using RetinaSharp.Distributed;
using RetinaSharp.Experiments.Runs;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>Options of an <see cref="AblationRunner"/>, which apply to all runs.</summary>
public sealed record AblationOptions : ExperimentOptions
{
    /// <summary>Number of runs per row, at least 1. The first run has the seed of the row's settings, each further run the next seed.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>
    /// The processes that share the runs, by default only this one. Each run is trained by one process; rank 0 collects the results and writes the table. All call
    /// <see cref="AblationRunner.Run"/> with the same table and data.
    /// </summary>
    public IProcessGroup Group { get; init; } = SingleProcess.Instance;
}
