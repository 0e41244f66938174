namespace RetinaSharp.OnnxRuntime;

/// <summary>Thrown if an ONNX file cannot be used. The message names the file, the reason and a remedy.</summary>
public sealed class OnnxModelException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">The ONNX file.</param>
    /// <param name="reason">The reason, and how to fix it.</param>
    /// <param name="inner">The exception that caused this one, if any.</param>
    public OnnxModelException(string file, string reason, Exception? inner = null)
        : base($"{file}: {reason}", inner) => (File, Reason) = (file, reason);

    /// <summary>The ONNX file.</summary>
    public string File { get; }

    /// <summary>The reason, and how to fix it.</summary>
    public string Reason { get; }
}
