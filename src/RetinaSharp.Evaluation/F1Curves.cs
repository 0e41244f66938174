using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>F1 as a function of the score threshold, at IoU .5, overall and for each class; for choosing a score threshold.</summary>
/// <remarks>
/// Detections are matched as <see cref="CocoEvaluator.Match"/> does: within their class by descending score, at most 100 per class and image. Detections
/// that are matched with a crowd are ignored. A match depends only on detections with higher scores, so one pass by descending score gives the values at
/// every threshold.
/// </remarks>
public sealed class F1Curves
{
    private F1Curves(F1Curve overall, IReadOnlyList<ClassF1> perClass) => (Overall, PerClass) = (overall, perClass);

    /// <summary>
    /// Macro averages at each threshold: the means of precision, recall and F1 over the classes that have ground truth. COCO's AP is averaged
    /// in the same way.
    /// </summary>
    public F1Curve Overall { get; }

    /// <summary>The curve of each class of the ground truth, by ascending category id.</summary>
    public IReadOnlyList<ClassF1> PerClass { get; }

    /// <summary>Computes the F1 curves of detections.</summary>
    /// <param name="groundTruth">The annotated images.</param>
    /// <param name="detections">The detections, with image and category ids of the ground truth. Detections with a score of NaN are left out.</param>
    /// <exception cref="DatasetException">The ground truth has no image with the image id of a detection.</exception>
    public static F1Curves Compute(DetectionDataset groundTruth, IReadOnlyList<DetectionResult> detections)
    {
        ArgumentNullException.ThrowIfNull(groundTruth);
        ArgumentNullException.ThrowIfNull(detections);
        var counts = new int[groundTruth.Categories.Count];
        foreach (var annotation in groundTruth.Images.SelectMany(image => image.Annotations).Where(annotation => !annotation.IsCrowd))
            counts[annotation.Category]++;
        var classes = groundTruth.Categories.Zip(counts).Where(one => one.Second > 0).Index()
            .ToDictionary(one => one.Item.First.Id, one => (one.Index, Curve: new F1CurveBuilder(one.Item.Second)));
        var (overall, mean) = (new List<F1Point>(), new F1Mean(classes.Count));
        double? threshold = null;
        foreach (var (detection, match) in CocoEvaluator.Match(groundTruth, detections))
        {
            if (match is { IsCrowd: true } || double.IsNaN(detection.Score) || !classes.TryGetValue(detection.CategoryId, out var ofClass))
                continue;
            // Detections with equal scores make one point.
            if (threshold is { } above && above != detection.Score)
                overall.Add(mean.At(above));
            ofClass.Curve.Add(detection.Score, isTruePositive: match is not null);
            mean.Set(ofClass.Index, ofClass.Curve.Current);
            threshold = detection.Score;
        }

        if (threshold is { } lowest)
            overall.Add(mean.At(lowest));
        return new(new(overall),
        [
            .. groundTruth.Categories.Zip(counts, (category, count) => new ClassF1(category, count, new(classes.GetValueOrDefault(category.Id).Curve?.Points ?? [])))
                .OrderBy(one => one.Category.Id),
        ]);
    }
}
