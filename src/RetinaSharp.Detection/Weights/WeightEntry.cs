namespace RetinaSharp.Detection.Weights;

/// <summary>Describes a tensor in a weights file: name, element type and shape.</summary>
/// <param name="Name">Name of the tensor.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Dimensions, outermost first; empty for a scalar. The reader has checked that their product does not overflow a long.</param>
public record WeightEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape)
{
    /// <summary>Number of elements of the tensor.</summary>
    public long Count => Shape.Aggregate(1L, (product, dimension) => product * dimension);

    /// <summary>Whether the tensor has a floating-point type, which can be read as fp32.</summary>
    public bool IsFloating => Type is SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.F32 or SafetensorsType.F64;
}
