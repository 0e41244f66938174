using RetinaSharp.Detection.Training;
using RetinaSharp.Experiments.Runs;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>Progress of an <see cref="AblationRunner"/>: of the current run and of the whole table.</summary>
/// <param name="Done">Number of finished runs.</param>
/// <param name="Total">Number of runs of the whole table; a run that several rows share counts once.</param>
/// <param name="Row">The row of the current run.</param>
/// <param name="Seed">The seed of the current run.</param>
/// <param name="Training">Progress of the current run; null if the run is finished.</param>
/// <param name="Finished">The result of the current run; null until it is finished.</param>
/// <param name="Remaining">Estimated remaining time of the whole table; null if unknown.</param>
public sealed record AblationProgress(
    int Done, int Total, AblationRow Row, long Seed, TrainingProgress? Training, RunResult? Finished, TimeSpan? Remaining);
