namespace RetinaSharp.Detection.Weights;

/// <summary>Thrown if a weights file cannot be used. The message names the file, the reason and a remedy.</summary>
public sealed class WeightsException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">The weights file.</param>
    /// <param name="reason">The reason, and how to fix it.</param>
    /// <param name="inner">The exception that caused this one, if any.</param>
    public WeightsException(string file, string reason, Exception? inner = null)
        : base($"{file}: {reason}", inner) => (File, Reason) = (file, reason);

    /// <summary>The weights file.</summary>
    public string File { get; }

    /// <summary>The reason, and how to fix it.</summary>
    public string Reason { get; }
}
