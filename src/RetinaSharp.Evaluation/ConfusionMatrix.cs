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
/// <see cref="CocoEvaluator.Match"/> does. The second matches each remaining detection with the remaining ground truth box of the highest IoU, whatever
/// its class. Both require an IoU of at least .5. So the diagonal counts the true positives of the COCO metrics, and a ground truth box is counted as
/// confused only if no detection of its own class matches it. The exception is an annotation with id 0: a detection that matches it is on the diagonal, but
/// is a false positive of <see cref="CocoEvaluator.Evaluate"/>, as in pycocotools. Ultralytics matches in one pass over all classes by IoU. There a box with a
/// detection of its own class may be counted as confused.
/// </para>
/// <para>
/// Detections without a match (false positives) are counted in the row of the background, ground truth boxes without a match (false negatives) in its
/// column. Detections that are matched with a crowd are ignored.
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

    /// <summary>The classes of the rows and columns, by ascending category id. The background's row and column, the last, are not included.</summary>
    public IReadOnlyList<Category> Categories { get; }

    /// <summary>Index of the background's row and column, the last ones of the matrix.</summary>
    public int Background => Categories.Count;

    /// <summary>Detections with this score or a higher one count.</summary>
    public double ScoreThreshold { get; }

    /// <summary>Number of boxes with an actual and a predicted class.</summary>
    /// <param name="actual">Row: index of the class in <see cref="Categories"/>, or <see cref="Background"/> for false positives.</param>
    /// <param name="predicted">Column: index of the class in <see cref="Categories"/>, or <see cref="Background"/> for false negatives.</param>
    public int this[int actual, int predicted] => _counts[actual, predicted];

    /// <summary>Computes the confusion matrix of detections.</summary>
    /// <param name="groundTruth">The annotated images.</param>
    /// <param name="detections">The detections, with image and category ids of the ground truth.</param>
    /// <param name="scoreThreshold">Detections with lower scores are left out.</param>
    /// <exception cref="DatasetException">The ground truth has no image with the image id of a detection.</exception>
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

    /// <summary>Returns the candidate with the highest IoU, the first one of equals; null if no IoU is at least .5.</summary>
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
