using System.Buffers;
using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Assignment;

/// <summary>
/// Assigns anchors by IoU as RetinaNet does (section 4 of the focal loss paper), with low-quality matches. No IoU matrix is stored: for each box, the IoU is
/// computed only with the anchors that may reach the lowest threshold. Thread-safe.
/// </summary>
public sealed class IouAssigner : IAssigner
{
    // Cache-blocked: a block of anchors and its IoUs with one box fit in the L1 cache.
    private const int Block = 1024;

    /// <summary>Creates the assigner.</summary>
    /// <param name="settings">The thresholds.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public IouAssigner(AssignerSettings settings)
    {
        settings.Validate();
        Settings = settings;
    }

    /// <summary>The thresholds.</summary>
    public AssignerSettings Settings { get; }

    // An IoU below this has no effect: it neither makes an anchor ignored nor gives a low-quality match.
    private double MinIou => Math.Min(Settings.BackgroundIou, Settings.LowQualityFloor ?? 1);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The lengths differ, a class is negative, or a box is not finite or has its corners swapped.</exception>
    public AnchorAssignment Assign(AnchorGrid anchors, ReadOnlySpan<Box> boxes, ReadOnlySpan<int> classes, ReadOnlySpan<Box> ignored = default, AnchorPredictions? predictions = null)
    {
        AssignerInput.Check(boxes, classes, ignored);
        var widest = 0;
        foreach (var level in anchors.Levels)
            widest = Math.Max(widest, level.Count / level.Grid.Height);
        var row = ArrayPool<float>.Shared.Rent(widest);
        using var matcher = new Matcher(anchors.Count, boxes.Length, Settings);
        for (var i = 0; i < boxes.Length; i++)
            foreach (var (first, count) in new AnchorWindows(anchors, boxes[i], MinIou))
            {
                var ious = row.AsSpan(0, count);
                Iou.OneToMany(boxes[i], anchors.X1.Slice(first, count), anchors.Y1.Slice(first, count),
                    anchors.X2.Slice(first, count), anchors.Y2.Slice(first, count), ious);
                matcher.Offer(i, first, ious);
            }
        ArrayPool<float>.Shared.Return(row);

        var assignment = matcher.Finish(classes);
        IgnoreRegions.Apply(anchors, ignored, Settings.IgnoreCoverage, assignment.Labels);
        return assignment;
    }

    /// <summary>
    /// Assigns anchors that need not form a grid. Computes the IoU of every box with every anchor, in blocks of anchors. Only the best box of every anchor and
    /// the best anchors of every box are kept.
    /// </summary>
    /// <param name="anchors">The anchors; width and height may be 0.</param>
    /// <param name="boxes">Ground-truth boxes in the coordinates of the anchors; may be empty. A box with area 0 overlaps nothing.</param>
    /// <param name="classes">Class index of each box, from 0; as many as boxes.</param>
    /// <param name="ignored">Ignore regions, such as crowd regions: their anchors are ignored instead of background, see <see cref="AssignerSettings.IgnoreCoverage"/>.</param>
    /// <exception cref="ArgumentException">The lengths differ, a class is negative, or a box or anchor is not finite or has its corners swapped.</exception>
    public AnchorAssignment Assign(ReadOnlySpan<Box> anchors, ReadOnlySpan<Box> boxes, ReadOnlySpan<int> classes, ReadOnlySpan<Box> ignored = default)
    {
        AssignerInput.Check(anchors, nameof(anchors));
        AssignerInput.Check(boxes, classes, ignored);
        Span<float> columns = stackalloc float[5 * Block];
        using var matcher = new Matcher(anchors.Length, boxes.Length, Settings);
        for (var first = 0; first < anchors.Length; first += Block)
        {
            var block = anchors.Slice(first, Math.Min(Block, anchors.Length - first));
            var x1 = columns[..block.Length];
            var y1 = columns.Slice(Block, block.Length);
            var x2 = columns.Slice(2 * Block, block.Length);
            var y2 = columns.Slice(3 * Block, block.Length);
            for (var i = 0; i < block.Length; i++)
                (x1[i], y1[i], x2[i], y2[i]) = (block[i].X1, block[i].Y1, block[i].X2, block[i].Y2);
            var ious = columns.Slice(4 * Block, block.Length);
            for (var i = 0; i < boxes.Length; i++)
            {
                Iou.OneToMany(boxes[i], x1, y1, x2, y2, ious);
                matcher.Offer(i, first, ious);
            }
        }

        var assignment = matcher.Finish(classes);
        foreach (var region in ignored)
            IgnoreRegions.Apply(anchors, region, Settings.IgnoreCoverage, assignment.Labels);
        return assignment;
    }
}
