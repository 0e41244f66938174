namespace RetinaSharp.Detection.Weights;

/// <summary>A tensor that a weights file holds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions, outermost first; empty for a scalar. The reader has checked that their product is a long.</param>
public record WeightEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, dimension) => product * dimension);

    /// <summary>Whether it can be read as single-precision numbers.</summary>
    public bool IsFloating => Type is SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.F32 or SafetensorsType.F64;
}
