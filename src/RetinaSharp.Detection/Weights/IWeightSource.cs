namespace RetinaSharp.Detection.Weights;

/// <summary>A weights file of any supported format, opened for reading. Tensors are found by name.</summary>
public interface IWeightSource : IDisposable
{
    /// <summary>The file's path, as given.</summary>
    string Path { get; }

    /// <summary>Names of the tensors.</summary>
    IEnumerable<string> Names { get; }

    /// <summary>Returns type and shape of a tensor; null if the file has no tensor of this name.</summary>
    WeightEntry? Find(string name);

    /// <summary>Reads the elements of a tensor of type F16, BF16, F32 or F64, converted to fp32, in row-major order.</summary>
    /// <exception cref="WeightsException">The file has no such tensor, the tensor has another type or is too large, or the file cannot be read.</exception>
    float[] ReadFp32(string name);
}
