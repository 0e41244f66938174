namespace RetinaSharp.Detection.Configuration;

/// <summary>Learning rate schedule after the warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>Divides the learning rate by 10 at each of <see cref="TrainingSettings.Milestones"/>.</summary>
    Step,

    /// <summary>Cosine annealing to 0.</summary>
    Cosine,
}
