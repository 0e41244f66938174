using RetinaSharp.Detection.Training;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>How far a table is.</summary>
/// <param name="Done">Trainings that are done.</param>
/// <param name="Total">Trainings of the whole table; one that several rows have in common counts once.</param>
/// <param name="Row">The row at hand.</param>
/// <param name="Seed">The seed at hand.</param>
/// <param name="Training">What its training reports; null with <paramref name="Finished"/>.</param>
/// <param name="Finished">The training's result, at its end.</param>
/// <param name="Remaining">Time left for the whole table, by what was done so far; null where nothing tells.</param>
public sealed record AblationProgress(
    int Done, int Total, AblationRow Row, long Seed, TrainingProgress? Training, RowTraining? Finished, TimeSpan? Remaining);
