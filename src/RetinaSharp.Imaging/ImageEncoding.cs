namespace RetinaSharp.Imaging;

/// <summary>The formats that images can be written in.</summary>
public enum ImageEncoding
{
    /// <summary>JPEG, lossy.</summary>
    Jpeg,

    /// <summary>PNG, lossless.</summary>
    Png,

    /// <summary>WebP, lossy; sides up to 16,383 pixels.</summary>
    WebP,
}
