using RetinaSharp.Detection.Training;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>Progress of a table.</summary>
/// <param name="Done">Finished runs.</param>
/// <param name="Total">Runs of the whole table; one that several rows share counts once.</param>
/// <param name="Row">The current row.</param>
/// <param name="Seed">The current seed.</param>
/// <param name="Training">Progress of the current run; null with <paramref name="Finished"/>.</param>
/// <param name="Finished">The result of the current run, when it is finished.</param>
/// <param name="Remaining">Estimated remaining time of the whole table; null if unknown.</param>
public sealed record AblationProgress(
    int Done, int Total, AblationRow Row, long Seed, TrainingProgress? Training, RowRun? Finished, TimeSpan? Remaining);
