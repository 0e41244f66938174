namespace RetinaSharp.Detection.Training;

/// <summary>A training begins, or goes on from a checkpoint.</summary>
/// <param name="Step">Steps done before.</param>
/// <param name="TotalSteps">Steps of the whole training.</param>
public sealed record TrainingStart(long Step, long TotalSteps) : TrainingProgress;
