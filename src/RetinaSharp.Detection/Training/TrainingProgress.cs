namespace RetinaSharp.Detection.Training;

/// <summary>What a training reports while it runs.</summary>
public abstract record TrainingProgress;
