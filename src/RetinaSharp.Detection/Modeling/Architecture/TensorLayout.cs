namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>A parameter or buffer of a network.</summary>
/// <param name="Name">Its name in the state dictionary, torchvision's for built-in parts.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Shape">Its shape.</param>
public sealed record TensorLayout(string Name, TensorKind Kind, long[] Shape)
{
    /// <summary>Stage that freezing counts by: 0 the stem, 1 to 4 the stages of a ResNet, 5 everything that is never frozen.</summary>
    public int Part { get; init; } = RetinaNetArchitecture.FreezableParts;

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Whether it is trained.</summary>
    /// <param name="frozenParts">Number of frozen parts, from the stem on.</param>
    public bool IsTrained(int frozenParts) => Kind is not (TensorKind.Buffer or TensorKind.FrozenParameter) && Part >= frozenParts;
}
