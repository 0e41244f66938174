namespace RetinaSharp.Detection.Training;

/// <summary>Something the user should know.</summary>
/// <param name="Text">One sentence or two.</param>
/// <param name="IsWarning">Whether something is not as it should be.</param>
public sealed record TrainingNote(string Text, bool IsWarning = false) : TrainingProgress;
