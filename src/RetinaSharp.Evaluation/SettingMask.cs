namespace RetinaSharp.Evaluation;

/// <summary>Sets of the 40 settings of the COCO benchmark, area range × IoU threshold, as bits.</summary>
internal static class SettingMask
{
    /// <summary>All settings.</summary>
    public const ulong All = (1ul << (CocoThresholds.AreaCount * CocoThresholds.IouCount)) - 1;

    private const ulong FirstOfEveryRange = All / ((1ul << CocoThresholds.IouCount) - 1);

    /// <summary>One setting.</summary>
    public static ulong At(int area, int iou) => 1ul << (area * CocoThresholds.IouCount + iou);

    /// <summary>The settings whose IoU threshold is reached.</summary>
    public static ulong ReachedBy(double iou)
    {
        var count = 0;
        foreach (var threshold in CocoThresholds.Iou)
            count += iou >= threshold ? 1 : 0;
        return ((1ul << count) - 1) * FirstOfEveryRange;
    }

    /// <summary>The settings whose area range does not contain an area.</summary>
    public static ulong OutsideOfArea(double area)
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
