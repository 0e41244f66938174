namespace RetinaSharp.Losses.Loops;

/// <summary>How targets are preprocessed: label smoothing, and a target value that marks ignored logits.</summary>
/// <param name="Smoothing">Label smoothing s: a target y becomes <c>(1 - s) y + s / 2</c>.</param>
/// <param name="Ignored">The target that marks ignored logits; null for none.</param>
internal readonly record struct TargetOptions(float Smoothing, float? Ignored);
