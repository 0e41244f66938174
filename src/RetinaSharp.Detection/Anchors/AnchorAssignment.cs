using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Anchors;

/// <summary>The training targets of all anchors of an image.</summary>
/// <param name="Labels">
/// Label of each anchor, [anchors]: a class id from 0, <see cref="SigmoidLoss.Background"/> or <see cref="SigmoidLoss.Ignore"/>.
/// </param>
/// <param name="Positives">Indices of the positive anchors, ascending.</param>
/// <param name="PositiveBoxes">For each positive anchor, the index of the ground-truth box assigned to it.</param>
public sealed record AnchorAssignment(int[] Labels, int[] Positives, int[] PositiveBoxes);
