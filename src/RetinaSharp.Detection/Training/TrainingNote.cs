namespace RetinaSharp.Detection.Training;

/// <summary>Something the user should know.</summary>
/// <param name="Text">One sentence or two.</param>
public sealed record TrainingNote(string Text) : TrainingProgress;
