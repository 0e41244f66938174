namespace RetinaSharp.Imaging.Decoding;

/// <summary>Formats that are decoded.</summary>
internal enum ImageFormat
{
    Unknown,
    Jpeg,
    Png,
    WebP,
    Bmp,
    Tiff,
}
