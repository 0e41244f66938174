namespace RetinaSharp.Boxes;

/// <summary>Computes the anchors of one grid cell, centered at (0, 0).</summary>
public static class CellAnchors
{
    /// <summary>
    /// Computes the anchors of one grid cell of a pyramid level, centered at (0, 0): boxes in pixels, [anchors per cell], in the order of the heads'
    /// outputs.
    /// </summary>
    /// <param name="settings">Sizes, ratios and layout of the anchors.</param>
    /// <param name="level">The pyramid level: 3 for P3.</param>
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

    // fp32 throughout, as in torchvision: in double precision a corner near .5 could round the other way.
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
