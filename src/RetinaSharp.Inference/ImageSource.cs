using System.Collections.Concurrent;
using RetinaSharp.Datasets;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference;

/// <summary>
/// The source of an image: a path, the bytes of a file, a stream, or a decoded image. Each of these converts implicitly to
/// <see cref="ImageSource"/>. A file is decoded in a reduced resolution if the network does not need the full one.
/// </summary>
public sealed class ImageSource
{
    private readonly Func<InputSize?, DecodedImage> _load;

    // The stream, if the source can be loaded only once.
    private readonly Stream? _stream;

    private ImageSource(string path, Func<InputSize?, DecodedImage> load, Stream? stream = null)
    {
        (Path, _load, _stream) = (path, load, stream);
        Original = this;
    }

    /// <summary>Path of the image file; "" for an image that is not read from a path.</summary>
    public string Path { get; }

    /// <summary>Creates a source that reads an image file.</summary>
    /// <param name="path">Path of the file.</param>
    public static ImageSource FromFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new(path, size => DecodedImage.Load(size, options => Image.Load(path, options)));
    }

    /// <summary>Creates a source that reads an image of a dataset: a file, or an entry of a tar shard.</summary>
    /// <param name="file">The image file, such as <see cref="AnnotatedImage.File"/>.</param>
    public static ImageSource FromFile(ImageFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new(file.Path, size => DecodedImage.Load(size, options => ImageDecoding.Load(file, options)));
    }

    /// <summary>Creates a source that decodes an image file in memory.</summary>
    /// <param name="encoded">
    /// The whole file: JPEG, PNG, WebP, BMP or TIFF. It is decoded only when the detector processes the image; do not change it before.
    /// </param>
    /// <param name="maxPixels">Maximum number of pixels, at least 1; null for that of <see cref="ImageDecodeOptions"/>. An image with more is not decoded.</param>
    public static ImageSource FromBytes(ReadOnlyMemory<byte> encoded, long? maxPixels = null) =>
        new("", size => DecodedImage.Load(size, options => Image.Decode(encoded.Span, options with { MaxPixels = maxPixels ?? options.MaxPixels })));

    /// <summary>Creates a source that reads an image file from a stream.</summary>
    /// <param name="stream">
    /// The file, from the current position to the end of the stream. The stream is read once, when the detector processes the image, and is
    /// not closed.
    /// </param>
    public static ImageSource FromStream(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new("", size => DecodedImage.Load(size, options => Image.Load(stream, options)), stream);
    }

    /// <summary>Creates a source from a decoded image.</summary>
    /// <param name="image">The image; <see cref="Image(int, int, ReadOnlySpan{byte})"/> creates one from RGB pixels.</param>
    public static ImageSource FromImage(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new("", _ => new(image));
    }

    /// <inheritdoc cref="FromFile(string)"/>
    public static implicit operator ImageSource(string path) => FromFile(path);

    /// <inheritdoc cref="FromFile(ImageFile)"/>
    public static implicit operator ImageSource(ImageFile file) => FromFile(file);

    /// <inheritdoc cref="FromBytes(ReadOnlyMemory{byte}, long?)"/>
    public static implicit operator ImageSource(byte[] encoded) => FromBytes(encoded);

    /// <inheritdoc cref="FromBytes(ReadOnlyMemory{byte}, long?)"/>
    public static implicit operator ImageSource(ReadOnlyMemory<byte> encoded) => FromBytes(encoded);

    /// <summary>Creates a source that decodes an image file in memory. The bytes are copied.</summary>
    /// <param name="encoded">The whole file: JPEG, PNG, WebP, BMP or TIFF.</param>
    public static implicit operator ImageSource(ReadOnlySpan<byte> encoded) => FromBytes(encoded.ToArray());

    /// <inheritdoc cref="FromStream"/>
    public static implicit operator ImageSource(Stream stream) => FromStream(stream);

    /// <inheritdoc cref="FromImage"/>
    public static implicit operator ImageSource(Image image) => FromImage(image);

    /// <summary>Reads and decodes the image.</summary>
    /// <param name="size">Size that the image is scaled down to; null: the original size.</param>
    /// <exception cref="ImageException">The image cannot be read or decoded.</exception>
    internal DecodedImage Load(InputSize? size) => _load(size);

    /// <summary>Returns a source that holds the decoded image. The parameters and exceptions are those of <see cref="Load"/>.</summary>
    internal ImageSource Decode(InputSize? size)
    {
        var decoded = Load(size);
        return new(Path, _ => decoded) { Original = Original };
    }

    /// <summary>Returns a source that decodes the image once for each size, and then holds the pixels. Concurrent calls may decode it twice.</summary>
    internal ImageSource ToCached()
    {
        // In a tuple, because null is no key.
        var decoded = new ConcurrentDictionary<ValueTuple<InputSize?>, DecodedImage>();
        return new(Path, size => decoded.GetOrAdd(ValueTuple.Create(size), _ => Load(size))) { Original = Original };
    }

    /// <summary>The source that <see cref="ToRepeatable"/> was called on; else this source.</summary>
    internal ImageSource Original { get; private init; }

    /// <summary>Returns a source of the same image that can be loaded several times, concurrently too. It keeps the bytes of a stream in memory.</summary>
    internal ImageSource ToRepeatable()
    {
        if (_stream is not { } stream)
            return this;
        var bytes = new Lazy<byte[]>(() => ReadAll(stream));
        return new(Path, size => DecodedImage.Load(size, options => Image.Load(new MemoryStream(bytes.Value), NameOf(stream), options))) { Original = this };
    }

    private static string NameOf(Stream stream) => stream is FileStream file ? file.Name : "the stream";

    private static byte[] ReadAll(Stream stream)
    {
        try
        {
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            return bytes.ToArray();
        }
        catch (IOException error)
        {
            throw new ImageException(NameOf(stream), $"cannot be read: {error.Message}", error);
        }
    }
}
