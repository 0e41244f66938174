using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;

namespace RetinaSharp.Detection.Tests.Assignment;

/// <summary>Task alignment learning on whole matrices: the box of each anchor or -1, and the qualities of the positive anchors.</summary>
internal static class NaiveTaskAligned
{
    public static (int[] Matches, float[] Qualities) Assign(AnchorGrid grid, Box[] boxes, int[] classes, AssignerSettings settings, AnchorPredictions predictions)
    {
        var centers = AnchorCenters.Compute(grid);
        var ious = new float[grid.Count, boxes.Length];
        var alignments = new double[grid.Count, boxes.Length];
        for (var i = 0; i < grid.Count; i++)
            for (var j = 0; j < boxes.Length; j++)
            {
                ious[i, j] = Iou.Compute(predictions.Box(i), boxes[j]);
                var score = 1 / (1 + Math.Exp(-(double)predictions.Logits(i)[classes[j]]));
                alignments[i, j] = Math.Pow(score, settings.AlignmentScorePower) * Math.Pow(ious[i, j], settings.AlignmentIouPower);
            }

        var matches = Enumerable.Repeat(-1, grid.Count).ToArray();
        for (var j = 0; j < boxes.Length; j++)
        {
            var inside = Enumerable.Range(0, grid.Count).Where(i => alignments[i, j] > 0 && AnchorCenters.EdgeDistances(centers[i].X, centers[i].Y, boxes[j]).Min() > .01f);
            foreach (var i in inside.OrderByDescending(i => alignments[i, j]).Take(settings.TaskAlignedAnchors))
                if (matches[i] < 0 || ious[i, j] > ious[i, matches[i]])
                    matches[i] = j;
        }

        int[] positives = [.. Enumerable.Range(0, grid.Count).Where(i => matches[i] >= 0)];
        return (matches, [.. positives.Select(Quality)]);

        float Quality(int i)
        {
            var j = matches[i];
            var ofBox = positives.Where(other => matches[other] == j).ToList();
            return (float)(alignments[i, j] / ofBox.Max(other => alignments[other, j]) * ofBox.Max(other => ious[other, j]));
        }
    }
}
