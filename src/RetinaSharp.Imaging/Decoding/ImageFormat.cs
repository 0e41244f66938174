namespace RetinaSharp.Imaging.Decoding;

/// <summary>The formats that can be decoded.</summary>
internal enum ImageFormat
{
    Unknown,
    Jpeg,
    Png,
    WebP,
    Bmp,
    Tiff,
}
