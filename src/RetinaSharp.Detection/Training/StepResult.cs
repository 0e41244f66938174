namespace RetinaSharp.Detection.Training;

/// <summary>The result of an optimizer step.</summary>
/// <param name="Step">Number of steps done, including this one.</param>
/// <param name="TotalSteps">Number of steps of the whole run.</param>
/// <param name="Epoch">Number of the epoch, from 1.</param>
/// <param name="ClassificationLoss">Normalized classification loss.</param>
/// <param name="BoxLoss">Normalized box loss, multiplied by its weight.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="Images">Number of images of the effective batch.</param>
public sealed record StepResult(long Step, long TotalSteps, int Epoch, double ClassificationLoss, double BoxLoss, double LearningRate, int Images);
