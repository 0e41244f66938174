namespace RetinaSharp.Detection.Training;

/// <summary>A step was done.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="TotalSteps">Steps of the whole training.</param>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Classification">Classification loss, averaged over the last steps.</param>
/// <param name="Box">Box loss, averaged likewise.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="ImagesPerSecond">Rate, averaged likewise.</param>
/// <param name="Remaining">Time left at this rate, validation not counted.</param>
/// <param name="PositiveShare">Share of the anchors with a class among those that are not ignored, averaged likewise.</param>
public sealed record TrainingStep(
    long Step, long TotalSteps, int Epoch, double Classification, double Box, double LearningRate, double ImagesPerSecond, TimeSpan Remaining, double PositiveShare = 0) : TrainingProgress;
