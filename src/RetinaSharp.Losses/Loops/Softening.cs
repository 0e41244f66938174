namespace RetinaSharp.Losses.Loops;

/// <summary>How targets are read that need not be 0 or 1.</summary>
/// <param name="Smoothing">s: a target y stands for <c>(1 - s) y + s / 2</c>.</param>
/// <param name="Ignored">Target of what has no part; null for none.</param>
internal readonly record struct Softening(float Smoothing, float? Ignored);
