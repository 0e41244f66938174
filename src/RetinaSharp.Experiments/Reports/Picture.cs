using RetinaSharp.Datasets;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Reports;

/// <summary>A picture in a report, embedded into the HTML file.</summary>
public sealed class Picture
{
    // High enough to keep the edges of drawn boxes sharp; the file is still a tenth of the size of a PNG.
    private const int JpegQuality = 92;

    /// <summary>Creates a picture from an image file, whose bytes are embedded without re-encoding.</summary>
    /// <param name="file">All bytes of a PNG, JPEG or WebP file.</param>
    /// <param name="alt">Alternative text for readers who cannot see the picture.</param>
    /// <param name="caption">Caption; empty for none.</param>
    /// <exception cref="DatasetException">The bytes are not an image.</exception>
    /// <exception cref="ArgumentException">The image is not in PNG, JPEG or WebP format.</exception>
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

    /// <summary>Creates a picture from an image, which is encoded as JPEG.</summary>
    /// <param name="image">The image.</param>
    /// <param name="alt">Alternative text for readers who cannot see the picture.</param>
    /// <param name="caption">Caption; empty for none.</param>
    /// <exception cref="ImagingUnavailableException">The imaging library cannot be loaded.</exception>
    public Picture(Image image, string alt, string caption = "")
        : this(image.Encode(ImageEncoding.Jpeg, JpegQuality), alt, caption)
    {
    }

    /// <summary>Alternative text for readers who cannot see the picture.</summary>
    public string Alt { get; }

    /// <summary>Caption of the picture; empty for none.</summary>
    public string Caption { get; }

    /// <summary>Width of the upright image in pixels.</summary>
    public int Width { get; }

    /// <summary>Height of the upright image in pixels.</summary>
    public int Height { get; }

    internal ReadOnlyMemory<byte> File { get; }

    internal string MediaType { get; }
}
