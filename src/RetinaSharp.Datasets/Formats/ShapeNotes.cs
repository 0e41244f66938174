namespace RetinaSharp.Datasets.Formats;

/// <summary>What warnings report, after a number, about shapes that are not plain boxes.</summary>
internal static class ShapeNotes
{
    public const string Outlines = "shapes are polygons, circles or other outlines: using their bounding boxes";
    public const string Rotated = "boxes are rotated: using the upright boxes that enclose them";
    public const string Lines = "shapes are points or lines without an area: skipped";
    public const string WithoutLabel = "shapes have no label: skipped";
    public const string SeveralLabels = "shapes have several labels: using the first one of each";

    /// <summary>Class of the objects of a file that gives no classes at all.</summary>
    public const string OnlyClass = "object";

    public const string WithoutAnyLabel = $"shapes have no label, as all in this file: using the class \"{OnlyClass}\"";
}
