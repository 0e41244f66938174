using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;

namespace RetinaSharp.Detection.Tests.Assignment;

/// <summary>SimOTA on whole matrices, with the candidates of each box: the box of each anchor, or -1.</summary>
internal static class NaiveSimOta
{
    public static int[] Assign(AnchorGrid grid, Box[] boxes, int[] classes, AssignerSettings settings, AnchorPredictions predictions)
    {
        var centers = AnchorCenters.Compute(grid);
        var ious = new float[grid.Count, boxes.Length];
        // Infinite: no candidate.
        var costs = new double[grid.Count, boxes.Length];
        for (var i = 0; i < grid.Count; i++)
            for (var j = 0; j < boxes.Length; j++)
                (ious[i, j], costs[i, j]) = Compute(i, j);

        var choices = new bool[grid.Count, boxes.Length];
        for (var j = 0; j < boxes.Length; j++)
        {
            int[] candidates = [.. Enumerable.Range(0, grid.Count).Where(i => costs[i, j] < double.PositiveInfinity)];
            var sum = Enumerable.Range(0, grid.Count).Select(i => (double)ious[i, j]).OrderDescending().Take(settings.SimOtaCandidates).Sum();
            foreach (var i in candidates.OrderBy(i => costs[i, j]).Take(Math.Max(1, (int)sum)))
                choices[i, j] = true;
        }

        return [.. Enumerable.Range(0, grid.Count).Select(Match)];

        int Match(int i)
        {
            int[] chosen = [.. Enumerable.Range(0, boxes.Length).Where(j => choices[i, j])];
            return chosen.Length < 2 ? chosen.FirstOrDefault(-1) : Enumerable.Range(0, boxes.Length).MinBy(j => costs[i, j]);
        }

        (float Iou, double Cost) Compute(int i, int j)
        {
            var (x, y, level) = centers[i];
            var box = boxes[j];
            var (radiusX, radiusY) = ((float)settings.SimOtaRadius * level.StrideX, (float)settings.SimOtaRadius * level.StrideY);
            var (centerX, centerY) = ((box.X1 + box.X2) / 2, (box.Y1 + box.Y2) / 2);
            var inBox = AnchorCenters.EdgeDistances(x, y, box).Min() > 0;
            var inRegion = AnchorCenters.EdgeDistances(x, y, new(centerX - radiusX, centerY - radiusY, centerX + radiusX, centerY + radiusY)).Min() > 0;
            if (box.Area == 0 || !(inBox || inRegion))
                return (0, double.PositiveInfinity);
            var iou = Iou.Compute(predictions.Box(i), box);
            var entropy = 0d;
            foreach (var logit in predictions.Logits(i))
                entropy += CrossEntropy(logit);
            entropy = entropy - CrossEntropy(predictions.Logits(i)[classes[j]]) + CrossEntropy(-predictions.Logits(i)[classes[j]]);
            var cost = entropy + settings.SimOtaBoxWeight * -Math.Log(iou + 1e-7) + (inBox && inRegion ? 0 : 100_000);
            return (iou, double.IsNaN(cost) ? double.PositiveInfinity : cost);
        }
    }

    private static double CrossEntropy(double logit) => Math.Min(100, (logit > 0 ? logit : 0) + Math.Log(1 + Math.Exp(-Math.Abs(logit))));
}
