namespace RetinaSharp.Detection.Weights;

/// <summary>A weights file of any supported format: tensors by name.</summary>
public interface IWeightSource : IDisposable
{
    /// <summary>The file's path, as given.</summary>
    string Path { get; }

    /// <summary>Names of the tensors.</summary>
    IEnumerable<string> Names { get; }

    /// <summary>Finds a tensor by name; null if there is none.</summary>
    WeightEntry? Find(string name);

    /// <summary>Reads a tensor of type F16, BF16, F32 or F64, converted to fp32, in row-major order.</summary>
    /// <exception cref="WeightsException">The file has no such tensor, the tensor has another type or is too large, or the file cannot be read.</exception>
    float[] ReadSingles(string name);
}
