using RetinaSharp.Boxes;
using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Assignment;

/// <summary>Labels background anchors within ignore regions, such as crowd regions, as ignored.</summary>
internal static class IgnoreRegions
{
    /// <summary>Ignores the background anchors of a grid of which at least a fraction of the area lies in a region.</summary>
    /// <param name="anchors">The anchors.</param>
    /// <param name="regions">The ignore regions, in pixels of the padded image.</param>
    /// <param name="coverage">The fraction, in (0, 1].</param>
    /// <param name="labels">Labels of the anchors, [anchors].</param>
    public static void Apply(AnchorGrid anchors, ReadOnlySpan<Box> regions, double coverage, Span<int> labels)
    {
        foreach (var region in regions)
            foreach (var (first, count) in new AnchorWindows(anchors, region))
                Apply(anchors.Boxes.Slice(first, count), region, coverage, labels.Slice(first, count));
    }

    /// <summary>Ignores the background anchors of which at least a fraction of the area lies in a region.</summary>
    public static void Apply(ReadOnlySpan<Box> anchors, Box region, double coverage, Span<int> labels)
    {
        for (var i = 0; i < anchors.Length; i++)
            if (labels[i] == SigmoidLoss.Background && Intersection(anchors[i], region) >= (float)coverage * anchors[i].Area)
                labels[i] = SigmoidLoss.Ignore;
    }

    private static float Intersection(Box a, Box b) =>
        Math.Max(Math.Min(a.X2, b.X2) - Math.Max(a.X1, b.X1), 0) * Math.Max(Math.Min(a.Y2, b.Y2) - Math.Max(a.Y1, b.Y1), 0);
}
