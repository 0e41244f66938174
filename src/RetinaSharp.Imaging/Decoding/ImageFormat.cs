namespace RetinaSharp.Imaging.Decoding;

/// <summary>The image file formats that can be decoded.</summary>
internal enum ImageFormat
{
    Unknown,
    Jpeg,
    Png,
    WebP,
    Bmp,
    Tiff,
}
