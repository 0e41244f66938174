using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;

namespace RetinaSharp.Detection.Tests.Assignment;

/// <summary>torchvision's Matcher on the whole matrix, line by line, with the floor of low-quality matches added.</summary>
internal static class NaiveAssigner
{
    public static (int[] Labels, int[] Matches) Assign(ReadOnlySpan<Box> anchors, Box[] boxes, int[] classes, AssignerSettings settings)
    {
        var matrix = new float[boxes.Length, anchors.Length];
        for (var i = 0; i < boxes.Length; i++)
            for (var j = 0; j < anchors.Length; j++)
                matrix[i, j] = BoxIou(boxes[i], anchors[j]);

        var labels = new int[anchors.Length];
        var matches = new int[anchors.Length];
        var best = new float[anchors.Length];
        for (var j = 0; j < anchors.Length; j++)
        {
            best[j] = -1;
            for (var i = 0; i < boxes.Length; i++)
                if (matrix[i, j] > best[j])
                    (best[j], matches[j]) = (matrix[i, j], i);
            labels[j] = best[j] < (float)settings.BackgroundIou ? -1 : best[j] < (float)settings.ForegroundIou ? -2 : classes[matches[j]];
        }
        for (var i = 0; i < boxes.Length && settings.LowQualityFloor is not null; i++)
        {
            var highest = Enumerable.Range(0, anchors.Length).Max(j => matrix[i, j]);
            for (var j = 0; j < anchors.Length && highest >= (float?)settings.LowQualityFloor; j++)
                if (matrix[i, j] == highest)
                    labels[j] = classes[matches[j]];
        }
        return (labels, matches);
    }

    private static float BoxIou(Box a, Box b)
    {
        var width = Math.Max(Math.Min(a.X2, b.X2) - Math.Max(a.X1, b.X1), 0);
        var height = Math.Max(Math.Min(a.Y2, b.Y2) - Math.Max(a.Y1, b.Y1), 0);
        var intersection = width * height;
        return intersection / (a.Area + b.Area - intersection);
    }
}
