namespace RetinaSharp.Evaluation;

/// <summary>The twelve figures over all classes, and class by class.</summary>
public sealed record CocoMetrics : CocoFigures
{
    internal CocoMetrics(IReadOnlyList<ClassCurves> classes)
        : base(classes) => PerClass = [.. classes.Select(curves => new ClassMetrics(curves))];

    /// <summary>The figures of each class of the truth, by rising category id.</summary>
    public IReadOnlyList<ClassMetrics> PerClass { get; }
}
