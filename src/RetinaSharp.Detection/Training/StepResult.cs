namespace RetinaSharp.Detection.Training;

/// <summary>One optimizer step.</summary>
/// <param name="Step">Steps done, this one included.</param>
/// <param name="TotalSteps">Steps of the whole run.</param>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="ClassificationLoss">Normalized classification loss.</param>
/// <param name="BoxLoss">Normalized and weighted box loss.</param>
/// <param name="LearningRate">Learning rate.</param>
/// <param name="Images">Images of the effective batch.</param>
public sealed record StepResult(long Step, long TotalSteps, int Epoch, double ClassificationLoss, double BoxLoss, double LearningRate, int Images);
