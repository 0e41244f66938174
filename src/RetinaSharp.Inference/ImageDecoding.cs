using RetinaSharp.Datasets;
using RetinaSharp.Datasets.Checking;
using RetinaSharp.Imaging;

namespace RetinaSharp.Inference;

/// <summary>Decodes the images of datasets, and finds out whether that is possible, and which of them are similar.</summary>
public static class ImageDecoding
{
    private const int Side = 8;

    // Differences of gray levels between neighboring cells below this are noise.
    private const int MinContrast = 16;

    /// <summary>Reads and decodes an image file, or an entry of a tar shard; see <see cref="Image.Load(string, ImageDecodeOptions?)"/>.</summary>
    /// <param name="file">The file, or its path.</param>
    /// <param name="options">Size limit and scaling; <see cref="ImageDecodeOptions.Default"/> if null.</param>
    /// <exception cref="ImageException">The file cannot be read or decoded. The message has its path.</exception>
    public static Image Load(ImageFile file, ImageDecodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Entry is null)
            return Image.Load(file.Path, options);
        try
        {
            using var stream = file.OpenRead();
            return Image.Load(stream, file.Path, options);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ImageException(file.Path, $"cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Decodes an image file and returns the reason why that fails; null if it succeeds.</summary>
    /// <param name="file">The file, or its path.</param>
    public static string? DescribeFailure(ImageFile file) => Inspect(file).Failure;

    /// <summary>
    /// Decodes an image file and computes its difference hash: the image is scaled to 9 x 8 gray cells, and each bit tells whether a cell is brighter than
    /// the cell on its left (N. Krawetz, "Kind of Like That", 2013).
    /// </summary>
    /// <param name="file">The file, or its path.</param>
    public static DecodedImageFile Inspect(ImageFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        try
        {
            return new(null, ComputeHash(Load(file)));
        }
        catch (ImageException exception)
        {
            return new(exception.Reason, null);
        }
    }

    private static ulong? ComputeHash(Image image)
    {
        var pixels = image.Resize(Side + 1, Side).Pixels;
        Span<int> gray = stackalloc int[(Side + 1) * Side];
        var (darkest, brightest) = (int.MaxValue, 0);
        for (var i = 0; i < gray.Length; i++)
        {
            // Weights of ITU-R BT.601, times 1000.
            gray[i] = (299 * pixels[3 * i] + 587 * pixels[3 * i + 1] + 114 * pixels[3 * i + 2]) / 1000;
            (darkest, brightest) = (Math.Min(darkest, gray[i]), Math.Max(brightest, gray[i]));
        }

        if (brightest - darkest < MinContrast)
            return null;
        var hash = 0UL;
        for (var row = 0; row < Side; row++)
            for (var column = 0; column < Side; column++)
                hash = hash << 1 | (gray[row * (Side + 1) + column + 1] > gray[row * (Side + 1) + column] ? 1UL : 0);
        return hash;
    }
}
