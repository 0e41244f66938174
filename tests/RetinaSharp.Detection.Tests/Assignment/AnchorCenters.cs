using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Tests.Assignment;

/// <summary>The centers and levels of all anchors of a grid, one by one.</summary>
internal static class AnchorCenters
{
    public static (float X, float Y, AnchorLevel Level)[] Compute(AnchorGrid grid)
    {
        var centers = new List<(float X, float Y, AnchorLevel Level)>();
        foreach (var level in grid.Levels)
            for (var row = 0; row < level.Grid.Height; row++)
                for (var column = 0; column < level.Grid.Width; column++)
                    while (centers.Count < level.Offset + (row * level.Grid.Width + column + 1) * (level.Count / (level.Grid.Width * level.Grid.Height)))
                        centers.Add((column * level.StrideX, row * level.StrideY, level));
        return [.. centers];
    }

    public static float[] EdgeDistances(float x, float y, Box box) => [x - box.X1, y - box.Y1, box.X2 - x, box.Y2 - y];
}
