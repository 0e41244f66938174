using RetinaSharp.Experiments.Runs;

namespace RetinaSharp.Experiments.Tuning;

/// <summary>Options of a <see cref="Tuner"/>.</summary>
public sealed record TuningOptions : ExperimentOptions
{
    /// <summary>Time that the search may take, over all sessions.</summary>
    public required TimeSpan Budget { get; init; }

    /// <summary>Number of trials, at least 1; null: as many as the budget allows, by the duration of the first run.</summary>
    public int? Trials { get; init; }

    /// <summary>The command that trains a model with the result, which is printed with it.</summary>
    public string TrainCommand { get; init; } = "";

    /// <summary>The clock that measures the time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
