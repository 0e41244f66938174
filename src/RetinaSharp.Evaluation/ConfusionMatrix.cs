using RetinaSharp.Boxes;
using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>
/// Counts of ground truth boxes and detections by actual and predicted class, with background as one more class: rows are actual classes, columns predicted
/// ones, as in scikit-learn.
/// </summary>
/// <remarks>
/// <para>
/// Boxes are matched one to one, greedily by descending score, in two passes. The first matches detections with ground truth of their own class, as
/// <see cref="CocoEvaluator.Match"/> does; the second matches the remaining detections, each with the remaining ground truth box of highest IoU, whatever
/// its class. Both require IoU .5. So the diagonal has the true positives of the COCO metrics, and what is off the diagonal is a confusion only if no
/// detection has the right class. Ultralytics matches in one pass over all classes by IoU, which may count such a box as confused.
/// </para>
/// <para>
/// Detections without a match are in the row of the background (false positives), ground truth boxes without one in its column (false negatives). Detections
/// that are matched with a crowd are ignored.
/// </para>
/// </remarks>
public sealed class ConfusionMatrix
{
    private readonly int[,] _counts;

    private ConfusionMatrix(IReadOnlyList<Category> categories, double scoreThreshold)
    {
        (Categories, ScoreThreshold) = (categories, scoreThreshold);
        _counts = new int[categories.Count + 1, categories.Count + 1];
    }

    /// <summary>The classes by ascending id: rows and columns of the matrix, before those of the background.</summary>
    public IReadOnlyList<Category> Categories { get; }

    /// <summary>Row and column of the background, the last.</summary>
    public int Background => Categories.Count;

    /// <summary>Detections with this score or a higher one count.</summary>
    public double ScoreThreshold { get; }

    /// <summary>A count.</summary>
    /// <param name="actual">Row: index of the class in <see cref="Categories"/>, or <see cref="Background"/> for false positives.</param>
    /// <param name="predicted">Column: index of the class, or <see cref="Background"/> for false negatives.</param>
    public int this[int actual, int predicted] => _counts[actual, predicted];

    /// <summary>Computes the matrix.</summary>
    /// <param name="groundTruth">The annotated images.</param>
    /// <param name="detections">The detections, in the ids of the ground truth.</param>
    /// <param name="scoreThreshold">Detections with lower scores are left out.</param>
    /// <exception cref="DatasetException">A detection is of an image that the ground truth does not have.</exception>
    public static ConfusionMatrix Compute(DetectionDataset groundTruth, IReadOnlyList<DetectionResult> detections, double scoreThreshold)
    {
        ArgumentNullException.ThrowIfNull(groundTruth);
        ArgumentNullException.ThrowIfNull(detections);
        int[] order = [.. Enumerable.Range(0, groundTruth.Categories.Count).OrderBy(index => groundTruth.Categories[index].Id)];
        var matrix = new ConfusionMatrix([.. order.Select(index => groundTruth.Categories[index])], scoreThreshold);
        var rowOfId = matrix.Categories.Index().ToDictionary(one => one.Item.Id, one => one.Index);
        var rowOfIndex = groundTruth.Categories.Select(category => rowOfId[category.Id]).ToArray();

        var counted = CocoEvaluator.Match(groundTruth, detections).TakeWhile(match => match.Detection.Score >= scoreThreshold).ToList();
        var matched = counted.Select(match => match.GroundTruth).ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var (detection, _) in counted.Where(match => match.GroundTruth is { IsCrowd: false }))
            matrix._counts[rowOfId[detection.CategoryId], rowOfId[detection.CategoryId]]++;

        var free = groundTruth.Images.ToDictionary(image => image.Id, image => image.Annotations.Where(box => !box.IsCrowd && !matched.Contains(box)).ToList());
        foreach (var (detection, _) in counted.Where(match => match.GroundTruth is null))
        {
            var nearest = Nearest(detection.Box, free[detection.ImageId]);
            matrix._counts[nearest is null ? matrix.Background : rowOfIndex[nearest.Category], rowOfId[detection.CategoryId]]++;
            if (nearest is not null)
                free[detection.ImageId].RemoveAll(box => ReferenceEquals(box, nearest));
        }

        foreach (var missed in free.Values.SelectMany(boxes => boxes))
            matrix._counts[rowOfIndex[missed.Category], matrix.Background]++;
        return matrix;
    }

    /// <summary>The box of highest IoU from .5 on, of equals the first; null where there is none.</summary>
    private static Annotation? Nearest(BoxXywh box, List<Annotation> candidates)
    {
        Annotation? nearest = null;
        var highest = 0.0;
        foreach (var candidate in candidates)
        {
            var iou = Iou.ComputeCoco(box, candidate.Box);
            if (iou >= CocoThresholds.Iou[0] && iou > highest)
                (nearest, highest) = (candidate, iou);
        }

        return nearest;
    }
}
