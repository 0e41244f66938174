namespace RetinaSharp.Detection.Weights;

/// <summary>Named weights of a file, whichever its format.</summary>
public interface IWeightSource : IDisposable
{
    /// <summary>The file's path, as given.</summary>
    string Path { get; }

    /// <summary>Names of the tensors.</summary>
    IEnumerable<string> Names { get; }

    /// <summary>A tensor by its name; null where there is none.</summary>
    WeightEntry? Find(string name);

    /// <summary>Reads a tensor of F16, BF16, F32 or F64 as single-precision numbers, in C order.</summary>
    /// <exception cref="WeightsException">The file has no such tensor, it is of another type or too long, or cannot be read.</exception>
    float[] ReadSingles(string name);
}
