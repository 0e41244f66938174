namespace RetinaSharp.Imaging;

/// <summary>Skia's native library, which decodes and encodes images, cannot be loaded; the message says what to do.</summary>
public sealed class ImagingUnavailableException : Exception
{
    internal ImagingUnavailableException(Exception cause)
        : base($"Images cannot be decoded: Skia's native library cannot be loaded ({cause.Message.ReplaceLineEndings(" ")}). It comes with the package "
            + "SkiaSharp.NativeAssets of the platform, which RetinaSharp.Imaging refers to for Linux, Windows and macOS: restore and build again, or publish for the "
            + "platform that the application runs on.", cause)
    {
    }
}
