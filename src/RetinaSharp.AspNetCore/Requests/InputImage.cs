using RetinaSharp.Datasets;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.AspNetCore.Requests;

/// <summary>An image of a request, of whose file only the header has been read.</summary>
internal sealed class InputImage
{
    private readonly ImageSource _source;

    private InputImage(string name, int width, int height, ImageSource source) => (Name, Width, Height, _source) = (name, width, height, source);

    /// <summary>Name of the image in error messages.</summary>
    public string Name { get; }

    /// <summary>Width in pixels after EXIF orientation.</summary>
    public int Width { get; }

    /// <summary>Height in pixels after EXIF orientation.</summary>
    public int Height { get; }

    /// <summary>Creates an image from the bytes of a file.</summary>
    /// <param name="name">Name of the image in error messages.</param>
    /// <param name="encoded">The file.</param>
    /// <param name="maxPixels">Maximum number of pixels.</param>
    /// <exception cref="RequestException">The bytes are no image, its header is corrupt, or it has too many pixels.</exception>
    public static InputImage FromFile(string name, ReadOnlyMemory<byte> encoded, long maxPixels)
    {
        var header = ReadHeader(name, encoded);
        RequireSize(name, header.OrientedWidth, header.OrientedHeight, maxPixels);
        // The decoder has the limit too, because a TIFF file may have tiles that are larger than the image.
        return new(name, header.OrientedWidth, header.OrientedHeight, ImageSource.FromBytes(encoded, maxPixels));
    }

    /// <summary>Refuses an image with too many pixels, or a side that is too long.</summary>
    /// <exception cref="RequestException">The image is too large.</exception>
    public static void RequireSize(string name, long width, long height, long maxPixels)
    {
        if (width > ImageDecodeOptions.MaxSide || height > ImageDecodeOptions.MaxSide || width * height > maxPixels)
            throw RequestException.ImageTooLarge(name, width, height, maxPixels);
    }

    /// <summary>Creates an image from RGB pixels.</summary>
    /// <param name="name">Name of the image in error messages.</param>
    /// <param name="image">The pixels.</param>
    public static InputImage FromPixels(string name, Image image) => new(name, image.Width, image.Height, ImageSource.FromImage(image));

    /// <summary>Decodes the image for a detector.</summary>
    /// <exception cref="RequestException">The file is corrupt.</exception>
    public ImageSource Decode(IObjectDetector detector)
    {
        try
        {
            return detector.Decode(_source);
        }
        catch (ImageException error)
        {
            throw RequestException.Corrupt(Name, error.Reason);
        }
    }

    private static ImageHeader ReadHeader(string name, ReadOnlyMemory<byte> encoded)
    {
        try
        {
            return ImageHeader.Read(encoded.AsStream(), name);
        }
        catch (DatasetException error)
        {
            // Errors within a header have a location; bytes that are no image have none.
            throw error.Location.Length == 0 ? RequestException.MediaType($"{name}: {error.Reason}") : RequestException.Corrupt(name, $"{error.Location}: {error.Reason}");
        }
    }
}
