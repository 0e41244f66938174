namespace RetinaSharp.Evaluation;

/// <summary>The COCO metrics: averaged over the classes, and of each class.</summary>
public sealed record CocoMetrics : CocoSummary
{
    internal CocoMetrics(IReadOnlyList<ClassCurves> classes)
        : base(classes) => PerClass = [.. classes.Select(curves => new ClassMetrics(curves))];

    /// <summary>The metrics of each class of the ground truth, by ascending category id.</summary>
    public IReadOnlyList<ClassMetrics> PerClass { get; }
}
