using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Assignment;

/// <summary>The result of anchor assignment for one image: the label of every anchor, and the ground-truth box of every positive anchor.</summary>
/// <param name="Labels">
/// Label of each anchor, [anchors]: a class index from 0, <see cref="SigmoidLoss.Background"/> or <see cref="SigmoidLoss.Ignore"/>.
/// </param>
/// <param name="Positives">Indices of the positive anchors, ascending.</param>
/// <param name="PositiveBoxes">For each element of <paramref name="Positives"/>, the index of the ground-truth box assigned to the anchor.</param>
public sealed record AnchorAssignment(int[] Labels, int[] Positives, int[] PositiveBoxes)
{
    /// <summary>
    /// For each element of <see cref="Positives"/>, the quality in [0, 1] that a quality loss uses as the target of the anchor's class; null: the IoU of the
    /// predicted box with the ground-truth box. An assigner gives qualities for every image of a training run that has positive anchors, or for none.
    /// </summary>
    public float[]? Qualities { get; init; }
}
