using Google.Protobuf;
using RetinaSharp.Onnx.Schema;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>A model written to a temporary file beside its final place, because a detector loads models from files.</summary>
internal sealed class CandidateFile : IDisposable
{
    /// <summary>Writes the file.</summary>
    /// <param name="finalPath">Path of the final file.</param>
    /// <param name="model">The model.</param>
    public CandidateFile(string finalPath, ModelProto model)
    {
        Path = $"{finalPath}.{Guid.NewGuid():N}.tmp";
        try
        {
            using var stream = File.Create(Path);
            model.WriteTo(stream);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Path of the temporary file.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose() => File.Delete(Path);
}
