namespace RetinaSharp.Imaging;

/// <summary>
/// An immutable RGB image in managed memory, with 8 bits per channel and contiguous rows from top to bottom. Thread-safe.
/// </summary>
public sealed partial class Image
{
    private const int Channels = 3;

    private readonly byte[] _pixels;

    /// <summary>Creates an image from a copy of the pixels.</summary>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="pixels">The pixels [height, width, 3], RGB.</param>
    /// <exception cref="ArgumentException">The number of bytes is not height · width · 3, or a size is less than 1.</exception>
    public Image(int width, int height, ReadOnlySpan<byte> pixels)
    {
        CheckSize(width, height);
        if (pixels.Length != ByteCount(width, height))
            throw new ArgumentException($"{width} x {height} RGB pixels need {ByteCount(width, height)} bytes, but there are {pixels.Length}", nameof(pixels));
        (Width, Height, _pixels) = (width, height, pixels.ToArray());
    }

    private Image(int width, int height, byte[] pixels) => (Width, Height, _pixels) = (width, height, pixels);

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>The pixels [height, width, 3], RGB.</summary>
    public ReadOnlySpan<byte> Pixels => _pixels;

    private static long ByteCount(int width, int height) => (long)width * height * Channels;

    private static byte[] NewPixels(int width, int height) =>
        GC.AllocateUninitializedArray<byte>(checked((int)ByteCount(width, height)));

    private static void CheckSize(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (ByteCount(width, height) > Array.MaxLength)
            throw new ArgumentOutOfRangeException(nameof(height), height, $"{width} x {height} pixels do not fit in one array");
    }
}
