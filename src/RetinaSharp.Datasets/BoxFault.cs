namespace RetinaSharp.Datasets;

/// <summary>What can be wrong with a box.</summary>
internal enum BoxFault
{
    None,
    OverBorder,
    Outside,
    NoArea,
}
