using RetinaSharp.Detection.Training;
using RetinaSharp.Experiments.Runs;

namespace RetinaSharp.Experiments.Tuning;

/// <summary>Progress of a <see cref="Tuner"/>: of the current run and of the whole search.</summary>
/// <param name="Done">Number of finished runs.</param>
/// <param name="Total">Number of planned runs; null until the trials are planned.</param>
/// <param name="Trial">Number of the trial of the current run, from 0.</param>
/// <param name="Epochs">Number of epochs of the current run.</param>
/// <param name="Spent">Time that the search has taken, over all sessions.</param>
/// <param name="Remaining">Estimated time until the end of the search: of its plan or of its budget, whichever is first.</param>
/// <param name="Training">Progress of the current run; null if the run is finished.</param>
/// <param name="Finished">The result of the current run; null until it is finished.</param>
public sealed record TuningProgress(
    int Done, int? Total, int Trial, int Epochs, TimeSpan Spent, TimeSpan Remaining, TrainingProgress? Training, RunResult? Finished);
