using RetinaSharp.Imaging;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference;

/// <summary>
/// What an image is read from: a path, the bytes of a file, a stream, or decoded pixels. Each of these converts to it implicitly. A file is
/// decoded no larger than the network needs it.
/// </summary>
public sealed class ImageSource
{
    private readonly Func<InputSize, double, DecodedImage> _load;

    private ImageSource(string path, Func<InputSize, double, DecodedImage> load) => (Path, _load) = (path, load);

    /// <summary>Path of the image file; "" for an image that does not come from a file.</summary>
    public string Path { get; }

    /// <summary>An image file.</summary>
    /// <param name="path">Path of the file.</param>
    public static ImageSource FromFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new(path, (size, scale) => DecodedImage.Load(size, scale, options => Image.Load(path, options)));
    }

    /// <summary>An image file that is in memory.</summary>
    /// <param name="encoded">The whole file: JPEG, PNG, WebP, BMP or TIFF. It is read when the image is detected, and must not change before.</param>
    public static ImageSource FromBytes(ReadOnlyMemory<byte> encoded) =>
        new("", (size, scale) => DecodedImage.Load(size, scale, options => Image.Decode(encoded.Span, options)));

    /// <summary>An image file that is read from a stream.</summary>
    /// <param name="stream">The file, from the current position to the end. It is read once, when the image is detected, and not closed.</param>
    public static ImageSource FromStream(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new("", (size, scale) => DecodedImage.Load(size, scale, options => Image.Load(stream, options)));
    }

    /// <summary>A decoded image.</summary>
    /// <param name="image">The image; <see cref="Image(int, int, ReadOnlySpan{byte})"/> makes one of RGB pixels.</param>
    public static ImageSource FromImage(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new("", (_, _) => new(image));
    }

    /// <inheritdoc cref="FromFile"/>
    public static implicit operator ImageSource(string path) => FromFile(path);

    /// <inheritdoc cref="FromBytes"/>
    public static implicit operator ImageSource(byte[] encoded) => FromBytes(encoded);

    /// <inheritdoc cref="FromBytes"/>
    public static implicit operator ImageSource(ReadOnlyMemory<byte> encoded) => FromBytes(encoded);

    /// <summary>An image file that is in memory; the bytes are copied.</summary>
    /// <param name="encoded">The whole file: JPEG, PNG, WebP, BMP or TIFF.</param>
    public static implicit operator ImageSource(ReadOnlySpan<byte> encoded) => FromBytes(encoded.ToArray());

    /// <inheritdoc cref="FromStream"/>
    public static implicit operator ImageSource(Stream stream) => FromStream(stream);

    /// <inheritdoc cref="FromImage"/>
    public static implicit operator ImageSource(Image image) => FromImage(image);

    /// <summary>Decodes the image.</summary>
    /// <param name="size">Input size of the network.</param>
    /// <param name="scale">Factor on top of the input size up to which pixels are needed.</param>
    /// <exception cref="ImageException">The image cannot be read or decoded.</exception>
    internal DecodedImage Load(InputSize size, double scale) => _load(size, scale);
}
