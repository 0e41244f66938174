namespace RetinaSharp.Evaluation;

/// <summary>
/// What a detection is at each of the 40 settings, area range × IoU threshold, a bit each: right, wrong, or ignored, which is
/// neither.
/// </summary>
/// <param name="Rank">How many detections of the class are before it in its image.</param>
/// <param name="Right">The settings where it is a true positive.</param>
/// <param name="Wrong">The settings where it is a false positive.</param>
/// <param name="Truth">What it was matched with at IoU .5 with all areas: a place among the truths of its class, or -1.</param>
internal readonly record struct Verdict(int Rank, ulong Right, ulong Wrong, int Truth)
{
    /// <summary>All settings.</summary>
    public const ulong Everywhere = (1ul << (CocoThresholds.AreaCount * CocoThresholds.IouCount)) - 1;

    private const ulong EveryRange = Everywhere / ((1ul << CocoThresholds.IouCount) - 1);

    /// <summary>The bit of one setting.</summary>
    public static ulong At(int area, int iou) => 1ul << (area * CocoThresholds.IouCount + iou);

    /// <summary>The settings whose threshold an IoU reaches.</summary>
    public static ulong Reached(double iou)
    {
        var count = 0;
        foreach (var threshold in CocoThresholds.Iou)
            count += iou >= threshold ? 1 : 0;
        return ((1ul << count) - 1) * EveryRange;
    }

    /// <summary>The settings whose range an area lies outside of.</summary>
    public static ulong Outside(double area)
    {
        var settings = 0ul;
        for (var range = 0; range < CocoThresholds.AreaCount; range++)
        {
            if (area < CocoThresholds.AreaFrom[range] || area > CocoThresholds.AreaTo[range])
                settings |= ((1ul << CocoThresholds.IouCount) - 1) << (range * CocoThresholds.IouCount);
        }

        return settings;
    }
}
