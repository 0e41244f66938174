namespace RetinaSharp.Datasets;

/// <summary>A fault of a box.</summary>
internal enum BoxFault
{
    None,
    OverBorder,
    Outside,
    NoArea,
}
