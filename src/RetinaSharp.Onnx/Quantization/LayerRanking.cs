namespace RetinaSharp.Onnx.Quantization;

/// <summary>Orders the layers of a model by their sensitivity, and selects the ones to quantize.</summary>
/// <param name="layers">Names of all layers.</param>
/// <param name="kept">Names of layers that stay in fp32 in any case.</param>
/// <param name="errors">Error of each layer; empty if it was not measured.</param>
internal sealed class LayerRanking(IReadOnlyList<string> layers, IReadOnlyCollection<string> kept, IReadOnlyDictionary<string, OnnxOutputError> errors)
{
    private readonly string[] _bySensitivity = [.. layers.Except(kept).OrderBy(layer => errors.TryGetValue(layer, out var error) ? error.Lowest : double.PositiveInfinity)];

    /// <summary>Number of layers that may be quantized.</summary>
    public int Count => _bySensitivity.Length;

    /// <summary>Returns the layers to quantize if the most sensitive ones stay in fp32.</summary>
    /// <param name="mostSensitive">Number of the most sensitive layers.</param>
    public HashSet<string> Quantized(int mostSensitive) => [.. _bySensitivity.Skip(mostSensitive)];
}
