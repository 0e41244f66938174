namespace RetinaSharp.Detection.Training;

/// <summary>Losses and counts of an optimizer step, over all processes.</summary>
/// <param name="Classification">Normalized classification loss.</param>
/// <param name="Box">Normalized box loss, multiplied by its weight.</param>
/// <param name="Images">Number of images.</param>
/// <param name="Anchors">Numbers of anchors.</param>
/// <param name="IsCheckpointRequested">Whether a process asked for a checkpoint.</param>
internal readonly record struct StepOutcome(double Classification, double Box, int Images, AnchorSums Anchors, bool IsCheckpointRequested);
