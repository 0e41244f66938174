namespace RetinaSharp.Detection.Training;

/// <summary>Base type of the progress reports of a training run.</summary>
public abstract record TrainingProgress;
