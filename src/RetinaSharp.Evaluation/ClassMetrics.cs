using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>The twelve figures of one class.</summary>
public sealed record ClassMetrics : CocoFigures
{
    internal ClassMetrics(ClassCurves curves)
        : base([curves])
    {
        (Category, Truths, Detections) = (curves.Category, curves.Truths[(int)AreaRange.All], curves.Detections);
        PrecisionByRecall = Truths == 0 ? [] : curves.PrecisionAt(AreaRange.All, 0).ToArray();
    }

    /// <summary>The class.</summary>
    public Category Category { get; }

    /// <summary>How many boxes of the truth count for it, crowds left out.</summary>
    public int Truths { get; }

    /// <summary>How many detections took part, at most 100 an image.</summary>
    public int Detections { get; }

    /// <summary>
    /// The curve of precision at IoU .5, at the recalls 0, .01, … 1: each the highest precision at that recall or a greater one, 0 where the
    /// recall is not reached. Its mean is <see cref="CocoFigures.AP50"/>. Empty where the truth has no box.
    /// </summary>
    public IReadOnlyList<double> PrecisionByRecall { get; }
}
