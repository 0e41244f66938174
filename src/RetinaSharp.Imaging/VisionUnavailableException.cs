namespace RetinaSharp.Imaging;

/// <summary>The native library that decodes images could not be loaded; the message says what was tried and what to install.</summary>
public sealed class VisionUnavailableException : Exception
{
    internal VisionUnavailableException(string message) : base(message)
    {
    }
}
