namespace RetinaSharp.Datasets;

/// <summary>Formats of image files, detected from the content and not from the file extension.</summary>
public enum ImageFormat
{
    /// <summary>JPEG, or the first image of an MPO file.</summary>
    Jpeg,

    /// <summary>PNG.</summary>
    Png,

    /// <summary>WebP, lossy or lossless.</summary>
    WebP,

    /// <summary>Windows bitmap (BMP).</summary>
    Bmp,

    /// <summary>The first page of a TIFF file with 32-bit offsets.</summary>
    Tiff,
}
