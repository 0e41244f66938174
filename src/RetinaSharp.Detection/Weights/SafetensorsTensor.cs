namespace RetinaSharp.Detection.Weights;

/// <summary>A tensor that a safetensors file holds, checked against the file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions, outermost first; empty for a scalar.</param>
/// <param name="Begin">Where its data starts, in bytes from the start of the data section.</param>
/// <param name="Length">Its data's length in bytes.</param>
public sealed record SafetensorsTensor(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Begin, long Length)
    : WeightEntry(Name, Type, Shape);
