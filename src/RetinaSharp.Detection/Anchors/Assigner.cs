using System.Buffers;
using RetinaSharp.Boxes;
using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Anchors;

/// <summary>
/// Gives every anchor of an image a class, background or ignore. Visits for each box only the anchors that can touch it, and
/// holds no matrix of IoUs. A pure function of its arguments; safe for concurrent calls.
/// </summary>
public sealed class Assigner
{
    /// <summary>Makes the assigner.</summary>
    /// <param name="settings">The thresholds.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public Assigner(AssignerSettings settings)
    {
        settings.Validate();
        Settings = settings;
    }

    /// <summary>The thresholds.</summary>
    public AssignerSettings Settings { get; }

    /// <summary>Assigns the anchors of one image.</summary>
    /// <param name="anchors">The anchors for its padded size.</param>
    /// <param name="boxes">Its boxes in pixels of the padded image; none is allowed. An empty box overlaps nothing.</param>
    /// <param name="classes">For each box its class, from 0.</param>
    /// <param name="ignored">Regions, as crowds, whose anchors are no background: ignored unless positive.</param>
    /// <exception cref="ArgumentException">The lengths differ, a class is negative, or a box is not finite or has its corners swapped.</exception>
    public AnchorAssignment Assign(AnchorGrid anchors, ReadOnlySpan<Box> boxes, ReadOnlySpan<int> classes, ReadOnlySpan<Box> ignored = default)
    {
        if (classes.Length != boxes.Length)
            throw new ArgumentException($"{boxes.Length} boxes need as many classes, not {classes.Length}", nameof(classes));
        for (var i = 0; i < classes.Length; i++)
            ArgumentOutOfRangeException.ThrowIfNegative(classes[i], nameof(classes));
        Check(boxes, nameof(boxes));
        Check(ignored, nameof(ignored));

        var widest = 0;
        foreach (var level in anchors.Levels)
            widest = Math.Max(widest, level.Count / level.Grid.Height);
        var row = ArrayPool<float>.Shared.Rent(widest);
        using var matcher = new Matcher(anchors.Count);
        for (var i = 0; i < boxes.Length; i++)
        {
            foreach (var (first, count) in new AnchorWindows(anchors, boxes[i]))
            {
                var ious = row.AsSpan(0, count);
                Iou.OneToMany(boxes[i], anchors.X1.AsSpan(first, count), anchors.Y1.AsSpan(first, count),
                    anchors.X2.AsSpan(first, count), anchors.Y2.AsSpan(first, count), ious);
                matcher.Offer(i, first, ious);
            }
            matcher.EndBox(Settings.LowQualityFloor);
        }
        ArrayPool<float>.Shared.Return(row);

        var assignment = matcher.Finish(Settings, classes);
        foreach (var region in ignored)
            Ignore(anchors, region, assignment.Labels);
        return assignment;
    }

    private void Ignore(AnchorGrid anchors, Box region, int[] labels)
    {
        var boxes = anchors.Boxes;
        var coverage = (float)Settings.IgnoreCoverage;
        foreach (var (first, count) in new AnchorWindows(anchors, region))
            for (var i = first; i < first + count; i++)
                if (labels[i] == SigmoidLoss.Background && Intersection(boxes[i], region) >= coverage * boxes[i].Area)
                    labels[i] = SigmoidLoss.Ignore;
    }

    private static float Intersection(Box a, Box b) =>
        Math.Max(Math.Min(a.X2, b.X2) - Math.Max(a.X1, b.X1), 0) * Math.Max(Math.Min(a.Y2, b.Y2) - Math.Max(a.Y1, b.Y1), 0);

    private static void Check(ReadOnlySpan<Box> boxes, string name)
    {
        foreach (var box in boxes)
            if (!(float.IsFinite(box.Area) && box.X1 <= box.X2 && box.Y1 <= box.Y2))
                throw new ArgumentException($"{box}: a box has finite corners, the upper left one first", name);
    }
}
