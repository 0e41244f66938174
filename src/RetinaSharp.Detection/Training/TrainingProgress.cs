namespace RetinaSharp.Detection.Training;

/// <summary>
/// Base type of the progress reports of a training run: <see cref="TrainingStart"/>, <see cref="TrainingStep"/> and <see cref="TrainingEpoch"/>.
/// </summary>
public abstract record TrainingProgress;
