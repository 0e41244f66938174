namespace RetinaSharp.Imaging;

/// <summary>The formats that images can be written in. The numbers are those of the native library.</summary>
public enum ImageEncoding
{
    /// <summary>JPEG, lossy.</summary>
    Jpeg = 0,

    /// <summary>PNG, lossless.</summary>
    Png = 1,

    /// <summary>WebP, lossy; sides up to 16,383 pixels.</summary>
    WebP = 2,
}
