namespace RetinaSharp.Experiments.Reports;

/// <summary>The few figures that matter most, shown large.</summary>
/// <param name="Figures">The figures; three to six look best.</param>
public sealed record KeyFigures(IReadOnlyList<KeyFigure> Figures) : ReportBlock;
