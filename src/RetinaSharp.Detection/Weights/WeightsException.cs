namespace RetinaSharp.Detection.Weights;

/// <summary>A weights file that cannot be used: names the file and the reason with its remedy.</summary>
public sealed class WeightsException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">The weights file.</param>
    /// <param name="reason">What is wrong, and what to do about it.</param>
    /// <param name="inner">What was thrown underneath, if anything.</param>
    public WeightsException(string file, string reason, Exception? inner = null)
        : base($"{file}: {reason}", inner) => (File, Reason) = (file, reason);

    /// <summary>The weights file.</summary>
    public string File { get; }

    /// <summary>What is wrong, and what to do about it.</summary>
    public string Reason { get; }
}
