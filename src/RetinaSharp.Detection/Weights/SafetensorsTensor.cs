namespace RetinaSharp.Detection.Weights;

/// <summary>Describes a tensor in a safetensors file: name, type, shape and location. The location has been checked to lie within the file.</summary>
/// <param name="Name">Name of the tensor.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Dimensions, outermost first; empty for a scalar.</param>
/// <param name="Begin">Offset of the data in bytes from the start of the data section.</param>
/// <param name="Length">Length of the data in bytes.</param>
public sealed record SafetensorsTensor(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Begin, long Length)
    : WeightEntry(Name, Type, Shape);
