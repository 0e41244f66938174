namespace RetinaSharp.Inference;

/// <summary>A detector of an <see cref="EnsembleDetector"/>.</summary>
/// <param name="Detector">The detector. Its own options apply: input size, slices, test-time augmentation, suppression.</param>
/// <param name="Weight">Weight of its scores relative to those of the other members, above 0.</param>
public sealed record EnsembleMember(IObjectDetector Detector, double Weight = 1);
