namespace RetinaSharp.Detection.Configuration;

/// <summary>How the learning rate falls after the warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>A tenth at each of <see cref="TrainingSettings.Milestones"/>.</summary>
    Step,

    /// <summary>Half a cosine down to 0.</summary>
    Cosine,
}
