using RetinaSharp.Experiments.Runs;

namespace RetinaSharp.Experiments.Tuning;

/// <summary>Options of a <see cref="Tuner"/>.</summary>
public sealed record TuningOptions : ExperimentOptions
{
    /// <summary>Time that the search may take, over all sessions.</summary>
    public required TimeSpan Budget { get; init; }

    /// <summary>Number of trials, at least 1; null: as many as the budget allows, by the duration of the first run that does not diverge.</summary>
    public int? Trials { get; init; }

    /// <summary>
    /// Number of steps that a run must have for its AP to say anything, at least 1. Shorter runs are not used to select trials, unless the full number of epochs
    /// has fewer steps.
    /// </summary>
    public int MinSteps { get; init; } = 200;

    /// <summary>The command that trains a model with the result, which is printed with it.</summary>
    public string TrainCommand { get; init; } = "";

    /// <summary>The clock that measures the time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
