using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;

namespace RetinaSharp.Detection.Tests.Assignment;

/// <summary>FCOS for every anchor and box, step by step as in torchvision: the box of each anchor, or -1.</summary>
internal static class NaiveCenter
{
    public static int[] Assign(AnchorGrid grid, Box[] boxes, AssignerSettings settings)
    {
        var matches = new List<int>();
        foreach (var (x, y, level) in AnchorCenters.Compute(grid))
        {
            var size = (float)Math.Pow(2, level.Level);
            var lower = level == grid.Levels[0] ? 0 : 4 * size;
            var upper = level == grid.Levels[^1] ? float.PositiveInfinity : 8 * size;
            var match = -1;
            for (var j = 0; j < boxes.Length; j++)
            {
                var box = boxes[j];
                var distances = AnchorCenters.EdgeDistances(x, y, box);
                var fromCenter = Math.Max(Math.Abs(x - (box.X1 + box.X2) / 2), Math.Abs(y - (box.Y1 + box.Y2) / 2));
                if (fromCenter < (float)settings.CenterRadius * size && distances.Min() > 0 && distances.Max() > lower && distances.Max() < upper
                    && (match < 0 || box.Area < boxes[match].Area))
                    match = j;
            }

            matches.Add(match);
        }

        return [.. matches];
    }
}
