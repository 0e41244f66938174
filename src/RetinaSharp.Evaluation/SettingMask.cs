namespace RetinaSharp.Evaluation;

/// <summary>
/// Bit masks over the 40 settings of the COCO benchmark: the combinations of four area ranges and ten IoU thresholds. Each setting is one bit.
/// </summary>
internal static class SettingMask
{
    /// <summary>The mask of all settings.</summary>
    public const ulong All = (1ul << (CocoThresholds.AreaCount * CocoThresholds.IouCount)) - 1;

    private const ulong FirstOfEveryRange = All / ((1ul << CocoThresholds.IouCount) - 1);

    /// <summary>Returns the mask of one setting, given the indices of its area range and IoU threshold.</summary>
    public static ulong At(int area, int iou) => 1ul << (area * CocoThresholds.IouCount + iou);

    /// <summary>Returns the mask of the settings whose IoU threshold is at most <paramref name="iou"/>.</summary>
    public static ulong ReachedBy(double iou)
    {
        var count = 0;
        foreach (var threshold in CocoThresholds.Iou)
            count += iou >= threshold ? 1 : 0;
        return ((1ul << count) - 1) * FirstOfEveryRange;
    }

    /// <summary>Returns the mask of the settings whose area range does not contain an area in square pixels.</summary>
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
