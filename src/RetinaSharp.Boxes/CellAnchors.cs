namespace RetinaSharp.Boxes;

/// <summary>The anchors of one place of a grid, around (0, 0).</summary>
public static class CellAnchors
{
    /// <summary>[anchors in a cell] of a level, in the order of the heads' outputs.</summary>
    public static Box[] Create(AnchorSettings settings, int level)
    {
        var size = settings.BaseSize * (1 << level);
        return settings.Compatibility == AnchorCompatibility.Torchvision ? Torchvision(settings, size) : Exact(settings, size);
    }

    private static Box[] Exact(AnchorSettings settings, double size)
    {
        var anchors = from scale in settings.Scales
                      from ratio in settings.Ratios
                      let width = size * scale / Math.Sqrt(ratio)
                      let height = width * ratio
                      select new Box((float)(-width / 2), (float)(-height / 2), (float)(width / 2), (float)(height / 2));
        return [.. anchors];
    }

    // In single throughout, as there: a corner that lies near a half would round to the other side in double.
    private static Box[] Torchvision(AnchorSettings settings, double size)
    {
        var anchors = from ratio in settings.Ratios
                      let heightRatio = MathF.Sqrt((float)ratio)
                      let widthRatio = 1 / heightRatio
                      from scale in settings.Scales
                      let side = (float)Math.Truncate(size * scale)
                      let x = MathF.Round(widthRatio * side / 2)
                      let y = MathF.Round(heightRatio * side / 2)
                      select new Box(-x, -y, x, y);
        return [.. anchors];
    }
}
