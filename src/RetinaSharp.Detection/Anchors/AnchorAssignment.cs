using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Anchors;

/// <summary>What every anchor of an image is to learn.</summary>
/// <param name="Labels">
/// [anchors]: class from 0, <see cref="SigmoidLoss.Background"/> or <see cref="SigmoidLoss.Ignore"/>.
/// </param>
/// <param name="Positives">Indices of the anchors with a class, ascending.</param>
/// <param name="PositiveBoxes">For each of <paramref name="Positives"/> the index of its box.</param>
public sealed record AnchorAssignment(int[] Labels, int[] Positives, int[] PositiveBoxes);
