using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>F1 by score threshold at IoU .5, overall and by class: the score from which on detections are best kept.</summary>
/// <remarks>
/// Detections are matched as <see cref="CocoEvaluator.Match"/> does: within their class by descending score, at most 100 per class and image. Those in crowds
/// are ignored. A match depends only on detections with higher scores, so one pass by descending score gives the values at every threshold.
/// </remarks>
public sealed class F1Curves
{
    private F1Curves(F1Curve overall, IReadOnlyList<ClassF1> perClass) => (Overall, PerClass) = (overall, perClass);

    /// <summary>The means of precision, recall and F1 over the classes with ground truth at each threshold: macro averages, as AP is a mean over classes.</summary>
    public F1Curve Overall { get; }

    /// <summary>The curve of each class of the ground truth, by ascending category id.</summary>
    public IReadOnlyList<ClassF1> PerClass { get; }

    /// <summary>Computes the curves.</summary>
    /// <param name="groundTruth">The annotated images.</param>
    /// <param name="detections">The detections, in the ids of the ground truth. A score that is not a number reaches no threshold.</param>
    /// <exception cref="DatasetException">A detection is of an image that the ground truth does not have.</exception>
    public static F1Curves Compute(DetectionDataset groundTruth, IReadOnlyList<DetectionResult> detections)
    {
        ArgumentNullException.ThrowIfNull(groundTruth);
        ArgumentNullException.ThrowIfNull(detections);
        var counts = new int[groundTruth.Categories.Count];
        foreach (var annotation in groundTruth.Images.SelectMany(image => image.Annotations).Where(annotation => !annotation.IsCrowd))
            counts[annotation.Category]++;
        var classes = groundTruth.Categories.Zip(counts).Where(one => one.Second > 0).ToDictionary(one => one.First.Id, one => new F1CurveBuilder(one.Second));
        var overall = new List<F1Point>();
        foreach (var (detection, match) in CocoEvaluator.Match(groundTruth, detections))
        {
            if (match is { IsCrowd: true } || double.IsNaN(detection.Score) || !classes.TryGetValue(detection.CategoryId, out var ofClass))
                continue;
            ofClass.Add(detection.Score, isTruePositive: match is not null);
            F1CurveBuilder.Append(overall, Mean(classes.Values, detection.Score));
        }

        return new(new(overall),
        [
            .. groundTruth.Categories.Zip(counts, (category, count) => new ClassF1(category, count, new(classes.GetValueOrDefault(category.Id)?.Points ?? [])))
                .OrderBy(one => one.Category.Id),
        ]);
    }

    private static F1Point Mean(Dictionary<long, F1CurveBuilder>.ValueCollection classes, double threshold)
    {
        var (precision, recall, f1) = (0.0, 0.0, 0.0);
        foreach (var one in classes)
        {
            precision += one.Current.Precision;
            recall += one.Current.Recall;
            f1 += one.Current.F1;
        }

        return new(threshold, precision / classes.Count, recall / classes.Count, f1 / classes.Count);
    }
}
