using RetinaSharp.Datasets;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Reports;

/// <summary>A picture that goes into the report's file.</summary>
public sealed class Picture
{
    // Good enough for the edges of drawn boxes, at a tenth of the size without loss.
    private const int JpegQuality = 92;

    /// <summary>Takes a picture as a file has it.</summary>
    /// <param name="file">All bytes of a PNG, JPEG or WebP file.</param>
    /// <param name="alt">What is to be seen on it, for those who cannot see it.</param>
    /// <param name="caption">What stands below it; empty for nothing.</param>
    /// <exception cref="DatasetException">The bytes are no picture.</exception>
    /// <exception cref="ArgumentException">It is in a format that browsers do not show.</exception>
    public Picture(ReadOnlyMemory<byte> file, string alt, string caption = "")
    {
        using var stream = new MemoryStream(file.ToArray());
        var header = ImageHeader.Read(stream, caption);
        MediaType = header.Format switch
        {
            ImageFormat.Png => "image/png",
            ImageFormat.Jpeg => "image/jpeg",
            ImageFormat.WebP => "image/webp",
            _ => throw new ArgumentException($"a report's pictures are PNG, JPEG or WebP, not {header.Format}", nameof(file)),
        };
        (File, Alt, Caption, Width, Height) = (file, alt, caption, header.OrientedWidth, header.OrientedHeight);
    }

    /// <summary>Takes an image, as JPEG.</summary>
    /// <param name="image">The image.</param>
    /// <param name="alt">What is to be seen on it, for those who cannot see it.</param>
    /// <param name="caption">What stands below it; empty for nothing.</param>
    /// <exception cref="ImagingUnavailableException">The library that encodes it cannot be loaded.</exception>
    public Picture(Image image, string alt, string caption = "")
        : this(image.Encode(ImageEncoding.Jpeg, JpegQuality), alt, caption)
    {
    }

    /// <summary>What is to be seen on it.</summary>
    public string Alt { get; }

    /// <summary>What stands below it.</summary>
    public string Caption { get; }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    internal ReadOnlyMemory<byte> File { get; }

    internal string MediaType { get; }
}
