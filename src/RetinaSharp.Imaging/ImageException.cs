namespace RetinaSharp.Imaging;

/// <summary>
/// The exception that is thrown when an image cannot be read, decoded or written. The message names the file and the reason.
/// </summary>
public sealed class ImageException : Exception
{
    /// <summary>Initializes the exception.</summary>
    /// <param name="file">The file, or "the stream"; empty for an image in memory.</param>
    /// <param name="reason">What is wrong, phrased to follow the file name.</param>
    /// <param name="inner">The cause, if any.</param>
    public ImageException(string file, string reason, Exception? inner = null)
        : base(file.Length == 0 ? $"the image {reason}" : $"{file}: {reason}", inner) => (File, Reason) = (file, reason);

    /// <summary>The file, or "the stream"; empty for an image in memory.</summary>
    public string File { get; }

    /// <summary>What is wrong, phrased to follow the file name.</summary>
    public string Reason { get; }
}
