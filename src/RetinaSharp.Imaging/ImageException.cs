namespace RetinaSharp.Imaging;

/// <summary>An image that cannot be read, decoded or written: names the file and the reason.</summary>
public sealed class ImageException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">The file, or "the stream"; empty for an image in memory.</param>
    /// <param name="reason">What is wrong, worded to follow the file's name.</param>
    /// <param name="inner">What was thrown underneath, if anything.</param>
    public ImageException(string file, string reason, Exception? inner = null)
        : base(file.Length == 0 ? $"the image {reason}" : $"{file}: {reason}", inner) => (File, Reason) = (file, reason);

    /// <summary>The file, or "the stream"; empty for an image in memory.</summary>
    public string File { get; }

    /// <summary>What is wrong.</summary>
    public string Reason { get; }
}
