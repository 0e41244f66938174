using RetinaSharp.Datasets.Checking;
using RetinaSharp.Imaging;

namespace RetinaSharp.Inference;

/// <summary>Decodes image files to find out whether that is possible, and which of them are similar.</summary>
public static class ImageDecoding
{
    private const int Side = 8;

    // Differences of gray levels between neighboring cells below this are noise.
    private const int MinContrast = 16;

    /// <summary>Decodes an image file and returns the reason why that fails; null if it succeeds.</summary>
    /// <param name="path">Path of the file.</param>
    public static string? DescribeFailure(string path) => Inspect(path).Failure;

    /// <summary>
    /// Decodes an image file and computes its difference hash: the image is scaled to 9 x 8 gray cells, and each bit tells whether a cell is brighter than
    /// the cell on its left (N. Krawetz, "Kind of Like That", 2013).
    /// </summary>
    /// <param name="path">Path of the file.</param>
    public static DecodedImageFile Inspect(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return new(null, ComputeHash(Image.Load(path)));
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
