namespace RetinaSharp.Datasets;

/// <summary>Formats of image files, by what is in them; the extension of the name is not looked at.</summary>
public enum ImageFormat
{
    /// <summary>JPEG, also the first picture of an MPO file.</summary>
    Jpeg,

    /// <summary>PNG.</summary>
    Png,

    /// <summary>WebP, lossy or lossless.</summary>
    WebP,

    /// <summary>Windows bitmap.</summary>
    Bmp,

    /// <summary>TIFF with 32-bit offsets; its first page.</summary>
    Tiff,
}
