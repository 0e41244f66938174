namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>A tensor that a network needs.</summary>
/// <param name="Name">Its name in the state dictionary, torchvision's.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Shape">Its shape.</param>
public sealed record TensorLayout(string Name, TensorKind Kind, long[] Shape)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);
}
