namespace RetinaSharp.Detection.Weights;

/// <summary>A tensor in a safetensors file, validated against the file.</summary>
/// <param name="Name">Name.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Dimensions, outermost first; empty for a scalar.</param>
/// <param name="Begin">Offset of the data in bytes from the start of the data section.</param>
/// <param name="Length">Length of the data in bytes.</param>
public sealed record SafetensorsTensor(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Begin, long Length)
    : WeightEntry(Name, Type, Shape);
