namespace RetinaSharp.Detection.Training;

/// <summary>Progress report when a training run starts or resumes from a checkpoint.</summary>
/// <param name="Step">Number of steps done before the run was resumed; 0 for a new run.</param>
/// <param name="TotalSteps">Number of steps of the whole run.</param>
public sealed record TrainingStart(long Step, long TotalSteps) : TrainingProgress;
