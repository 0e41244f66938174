using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Assignment;

/// <summary>
/// Task alignment learning (TOOD, https://arxiv.org/abs/2108.07755): assigns the anchors whose predictions suit a ground-truth box best, by score and by box.
/// Thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// The alignment of an anchor with a box is s^α · u^β: s is the anchor's score of the box's class, u the IoU of its predicted box with the box. α and β are
/// <see cref="AssignerSettings.AlignmentScorePower"/> and <see cref="AssignerSettings.AlignmentIouPower"/>. Of the anchors whose centers are more than .01
/// pixels inside of the box, those with the highest alignments are positive, up to <see cref="AssignerSettings.TaskAlignedAnchors"/>; at equal alignment
/// those with the lower indices. Alignments of 0 and NaN never are. An anchor that is positive for several boxes takes the one with the highest IoU, of equal
/// IoUs the first.
/// </para>
/// <para>
/// The quality of a positive anchor is its alignment, scaled so that the highest quality of a box equals the highest IoU of its anchors.
/// </para>
/// <para>
/// MMDetection takes the highest alignments of all anchors and drops those centered outside of the box afterwards, so a box may get fewer anchors; and it adds
/// 10⁻⁷ to the highest alignment, which lowers the qualities as long as IoUs are small. The order here is that of PP-YOLOE
/// (https://arxiv.org/abs/2203.16250).
/// </para>
/// </remarks>
public sealed class TaskAlignedAssigner : IAssigner
{
    /// <summary>Creates the assigner.</summary>
    /// <param name="settings">The powers and the number of anchors.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public TaskAlignedAssigner(AssignerSettings settings)
    {
        settings.Validate();
        Settings = settings;
    }

    /// <summary>The powers and the number of anchors.</summary>
    public AssignerSettings Settings { get; }

    /// <inheritdoc/>
    public bool UsesPredictions => true;

    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException">There are no predictions.</exception>
    /// <exception cref="ArgumentException">
    /// The lengths differ, a class is negative or has no logit, or a box is not finite or has its corners swapped.
    /// </exception>
    public AnchorAssignment Assign(AnchorGrid anchors, ReadOnlySpan<Box> boxes, ReadOnlySpan<int> classes, ReadOnlySpan<Box> ignored = default, AnchorPredictions? predictions = null)
    {
        AssignerInput.Check(boxes, classes, ignored);
        AssignerInput.Check(predictions, classes);
        var best = new TopRanked();
        using var positives = new PositiveAnchors(anchors.Count);
        for (var i = 0; i < boxes.Length; i++)
        {
            best.Reset(Settings.TaskAlignedAnchors);
            foreach (var level in anchors.Levels)
                foreach (var cell in new CellWindow(level, boxes[i]))
                    if (EdgeDistances.Compute(boxes[i], cell).Min > EdgeDistances.Margin)
                        for (var anchor = cell.First; anchor < cell.First + cell.Count; anchor++)
                            if (Align(predictions, anchor, boxes[i], classes[i]).Alignment is > 0 and var alignment)
                                best.Offer(anchor, alignment);
            foreach (var (_, anchor) in best.Items)
                positives.Offer(anchor, i, Iou.Compute(predictions.Box(anchor), boxes[i]));
        }

        var assignment = positives.Finish(anchors, classes, ignored, Settings.IgnoreCoverage);
        return assignment with { Qualities = ComputeQualities(assignment, boxes, classes, predictions) };
    }

    private float[] ComputeQualities(AnchorAssignment assignment, ReadOnlySpan<Box> boxes, ReadOnlySpan<int> classes, AnchorPredictions predictions)
    {
        var alignments = new double[assignment.Positives.Length];
        var highest = new (double Alignment, float Iou)[boxes.Length];
        for (var i = 0; i < alignments.Length; i++)
        {
            var box = assignment.PositiveBoxes[i];
            (alignments[i], var iou) = Align(predictions, assignment.Positives[i], boxes[box], classes[box]);
            highest[box] = (Math.Max(highest[box].Alignment, alignments[i]), Math.Max(highest[box].Iou, iou));
        }

        var qualities = new float[alignments.Length];
        for (var i = 0; i < qualities.Length; i++)
        {
            var (alignment, iou) = highest[assignment.PositiveBoxes[i]];
            qualities[i] = (float)(alignments[i] / alignment * iou);
        }

        return qualities;
    }

    private (double Alignment, float Iou) Align(AnchorPredictions predictions, int anchor, Box box, int classIndex)
    {
        var iou = Iou.Compute(predictions.Box(anchor), box);
        var score = 1 / (1 + Math.Exp(-predictions.Logits(anchor)[classIndex]));
        return (Math.Pow(score, Settings.AlignmentScorePower) * Math.Pow(iou, Settings.AlignmentIouPower), iou);
    }
}
