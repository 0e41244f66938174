using SkiaSharp;

namespace RetinaSharp.Imaging;

/// <summary>Access to Skia's native library.</summary>
internal static class Skia
{
    private static readonly Lazy<ImagingUnavailableException?> Fault = new(() =>
    {
        try
        {
            _ = SkiaSharpVersion.Native;
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException or TypeInitializationException or InvalidOperationException)
        {
            return new(e is TypeInitializationException { InnerException: { } inner } ? inner : e);
        }
    });

    /// <summary>Loads the library, and throws <see cref="ImagingUnavailableException"/> if it cannot be loaded.</summary>
    public static void EnsureLoaded()
    {
        if (Fault.Value is { } fault)
            throw new ImagingUnavailableException(fault.InnerException!);
    }
}
