namespace RetinaSharp.Imaging;

/// <summary>
/// Checks the arguments that describe RGB pixels in memory of the caller: rows of 3 · width bytes that are <c>stride</c> bytes apart.
/// </summary>
internal static class PixelRows
{
    public static void Check(ReadOnlySpan<byte> pixels, int stride, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan((long)stride, 3L * width, nameof(stride));
        var needed = (long)stride * (height - 1) + 3L * width;
        if (pixels.Length < needed)
            throw new ArgumentException($"{width} x {height} pixels with stride {stride} need {needed} bytes, but there are {pixels.Length}");
    }
}
