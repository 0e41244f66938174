using RetinaSharp.Datasets;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Reports;

/// <summary>A picture of a report, embedded into its file.</summary>
public sealed class Picture
{
    // Keeps the edges of drawn boxes sharp, at a tenth of the size of PNG.
    private const int JpegQuality = 92;

    /// <summary>Embeds an image file as it is.</summary>
    /// <param name="file">All bytes of a PNG, JPEG or WebP file.</param>
    /// <param name="alt">Alternative text for readers who cannot see it.</param>
    /// <param name="caption">Caption; empty for none.</param>
    /// <exception cref="DatasetException">The bytes are not an image.</exception>
    /// <exception cref="ArgumentException">Browsers do not show the format.</exception>
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

    /// <summary>Embeds an image as JPEG.</summary>
    /// <param name="image">The image.</param>
    /// <param name="alt">Alternative text for readers who cannot see it.</param>
    /// <param name="caption">Caption; empty for none.</param>
    /// <exception cref="ImagingUnavailableException">The imaging library cannot be loaded.</exception>
    public Picture(Image image, string alt, string caption = "")
        : this(image.Encode(ImageEncoding.Jpeg, JpegQuality), alt, caption)
    {
    }

    /// <summary>Alternative text.</summary>
    public string Alt { get; }

    /// <summary>Caption; empty for none.</summary>
    public string Caption { get; }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    internal ReadOnlyMemory<byte> File { get; }

    internal string MediaType { get; }
}
