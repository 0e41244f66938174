using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;

namespace RetinaSharp.Detection.Tests.Assignment;

/// <summary>ATSS on whole matrices, step by step as in the authors' code: the box of each anchor, or -1.</summary>
internal static class NaiveAtss
{
    public static int[] Assign(AnchorGrid grid, Box[] boxes, AssignerSettings settings)
    {
        var centers = AnchorCenters.Compute(grid);
        var ious = new float[grid.Count, boxes.Length];
        var distances = new double[grid.Count, boxes.Length];
        for (var i = 0; i < grid.Count; i++)
            for (var j = 0; j < boxes.Length; j++)
            {
                ious[i, j] = Iou.Compute(boxes[j], grid.Boxes[i]);
                var (x, y) = (centers[i].X - ((double)boxes[j].X1 + boxes[j].X2) / 2, centers[i].Y - ((double)boxes[j].Y1 + boxes[j].Y2) / 2);
                distances[i, j] = x * x + y * y;
            }

        var matches = Enumerable.Repeat(-1, grid.Count).ToArray();
        for (var j = 0; j < boxes.Length; j++)
        {
            // OrderBy is stable.
            int[] candidates = [.. grid.Levels.SelectMany(level =>
            {
                var perCell = level.Count / (level.Grid.Height * level.Grid.Width);
                return Enumerable.Range(level.Offset, level.Count).OrderBy(i => distances[i, j]).Take((int)Math.Min((long)settings.AtssCells * perCell, level.Count));
            })];
            var mean = candidates.Average(i => (double)ious[i, j]);
            var deviation = candidates.Length == 1 ? 0 : Math.Sqrt(candidates.Sum(i => (ious[i, j] - mean) * (ious[i, j] - mean)) / (candidates.Length - 1));
            foreach (var i in candidates)
                if (ious[i, j] >= mean + deviation && AnchorCenters.EdgeDistances(centers[i].X, centers[i].Y, boxes[j]).Min() > .01f
                    && (matches[i] < 0 || ious[i, j] > ious[i, matches[i]]))
                    matches[i] = j;
        }

        return matches;
    }
}
