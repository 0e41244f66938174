namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>Describes a parameter or buffer of a network: name, kind and shape.</summary>
/// <param name="Name">Name in the state dictionary; built-in parts use torchvision's names.</param>
/// <param name="Kind">Role of the tensor in the network.</param>
/// <param name="Shape">Shape of the tensor.</param>
public sealed record TensorLayout(string Name, TensorKind Kind, long[] Shape)
{
    /// <summary>
    /// Index of the freezable part of the network that the tensor belongs to: 0 for the stem, 1 to 4 for the stages of a ResNet, 5 for everything that is
    /// never frozen.
    /// </summary>
    public int Part { get; init; } = RetinaNetArchitecture.FreezableParts;

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Whether the tensor receives gradients when the first <paramref name="frozenParts"/> parts of the backbone are frozen.</summary>
    /// <param name="frozenParts">Number of frozen parts, starting with the stem, 0 to 5.</param>
    public bool IsTrained(int frozenParts) => Kind is not (TensorKind.Buffer or TensorKind.FrozenParameter) && Part >= frozenParts;
}
