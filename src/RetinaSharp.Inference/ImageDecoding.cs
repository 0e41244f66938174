using RetinaSharp.Imaging;

namespace RetinaSharp.Inference;

/// <summary>Decodes images to find out whether that is possible.</summary>
public static class ImageDecoding
{
    /// <summary>Decodes an image file and returns the reason why that fails; null if it succeeds.</summary>
    /// <param name="path">Path of the file.</param>
    public static string? DescribeFailure(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            Image.Load(path);
            return null;
        }
        catch (ImageException exception)
        {
            return exception.Reason;
        }
    }
}
