using RetinaSharp.Boxes;
using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Assignment;

/// <summary>Labels background anchors within ignore regions, such as crowd regions, as ignored.</summary>
internal static class IgnoreRegions
{
    /// <summary>Ignores the background anchors of a grid that belong to a region.</summary>
    /// <param name="anchors">The anchors.</param>
    /// <param name="regions">The ignore regions, in pixels of the padded image.</param>
    /// <param name="coverage">See <see cref="AssignerSettings.IgnoreCoverage"/>.</param>
    /// <param name="labels">Labels of the anchors, [anchors].</param>
    public static void Apply(AnchorGrid anchors, ReadOnlySpan<Box> regions, double coverage, Span<int> labels)
    {
        foreach (var region in regions)
            foreach (var (first, count) in new AnchorWindows(anchors, region))
                Apply(anchors.Boxes.Slice(first, count), region, coverage, labels.Slice(first, count));
    }

    /// <summary>Ignores the background anchors that belong to a region.</summary>
    public static void Apply(ReadOnlySpan<Box> anchors, Box region, double coverage, Span<int> labels)
    {
        for (var i = 0; i < anchors.Length; i++)
            if (labels[i] == SigmoidLoss.Background && Belongs(anchors[i], region, (float)coverage))
                labels[i] = SigmoidLoss.Ignore;
    }

    // No anchor lies in a region that is much smaller than the anchors. There, those around it that cover it belong to it.
    private static bool Belongs(Box anchor, Box region, float coverage)
    {
        var intersection = Intersection(anchor, region);
        return intersection > 0 && (intersection >= coverage * anchor.Area || (intersection >= coverage * region.Area && IsCentered(anchor, region)));
    }

    private static bool IsCentered(Box anchor, Box region)
    {
        var (x, y) = anchor.GetCenter();
        return x >= region.X1 && x <= region.X2 && y >= region.Y1 && y <= region.Y2;
    }

    private static float Intersection(Box a, Box b) =>
        Math.Max(Math.Min(a.X2, b.X2) - Math.Max(a.X1, b.X1), 0) * Math.Max(Math.Min(a.Y2, b.Y2) - Math.Max(a.Y1, b.Y1), 0);
}
