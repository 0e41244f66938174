namespace RetinaSharp.Imaging;

/// <summary>
/// The exception that is thrown when Skia's native library, which decodes and encodes images, cannot be loaded. The message gives a remedy.
/// </summary>
public sealed class ImagingUnavailableException : Exception
{
    internal ImagingUnavailableException(Exception cause)
        : base($"Images cannot be decoded: Skia's native library cannot be loaded ({cause.Message.ReplaceLineEndings(" ")}). It comes with the package "
            + "SkiaSharp.NativeAssets of the platform, which RetinaSharp.Imaging references for Linux, Windows and macOS: restore and rebuild, or publish for the "
            + "platform that the application runs on.", cause)
    {
    }
}
