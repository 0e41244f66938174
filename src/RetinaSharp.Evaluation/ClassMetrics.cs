using RetinaSharp.Annotations;

namespace RetinaSharp.Evaluation;

/// <summary>The twelve figures of one class.</summary>
public sealed record ClassMetrics : CocoFigures
{
    internal ClassMetrics(ClassCurves curves)
        : base([curves]) => (Category, Truths, Detections) = (curves.Category, curves.Truths[(int)AreaRange.All], curves.Detections);

    /// <summary>The class.</summary>
    public Category Category { get; }

    /// <summary>How many boxes of the truth count for it, crowds left out.</summary>
    public int Truths { get; }

    /// <summary>How many detections took part, at most 100 an image.</summary>
    public int Detections { get; }
}
