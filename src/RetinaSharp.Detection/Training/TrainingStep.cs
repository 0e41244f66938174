namespace RetinaSharp.Detection.Training;

/// <summary>Progress report after a training step, sent after the first step and then about once per second.</summary>
/// <param name="Step">Number of steps done.</param>
/// <param name="TotalSteps">Number of steps of the whole run.</param>
/// <param name="Epoch">Number of the epoch, from 1.</param>
/// <param name="Classification">Mean classification loss of the steps since the last report.</param>
/// <param name="Box">Mean box loss of the steps since the last report.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="ImagesPerSecond">Throughput in images per second, exponentially smoothed.</param>
/// <param name="Remaining">Estimated time until the end of the run, including validation once it has been timed.</param>
/// <param name="PositiveShare">
/// Fraction of positive anchors among the positive and background anchors, over the steps since the last report, in [0, 1].
/// </param>
public sealed record TrainingStep(
    long Step, long TotalSteps, int Epoch, double Classification, double Box, double LearningRate, double ImagesPerSecond, TimeSpan Remaining, double PositiveShare = 0) : TrainingProgress;
