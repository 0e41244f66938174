namespace RetinaSharp.Imaging;

/// <summary>The file formats that images can be written in.</summary>
public enum ImageEncoding
{
    /// <summary>JPEG, lossy.</summary>
    Jpeg,

    /// <summary>PNG, lossless.</summary>
    Png,

    /// <summary>WebP, lossy; at most 16,383 pixels wide and high.</summary>
    WebP,
}
