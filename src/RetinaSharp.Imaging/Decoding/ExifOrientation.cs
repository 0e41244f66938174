namespace RetinaSharp.Imaging.Decoding;

/// <summary>
/// Applies an EXIF orientation: a number from 1 to 8 that says how to rotate or flip the stored pixels to display the image upright.
/// </summary>
internal static class ExifOrientation
{
    /// <summary>Returns whether an EXIF orientation swaps width and height.</summary>
    public static bool IsTransposed(int orientation) => orientation >= 5;

    /// <summary>Rotates or flips the stored pixels of an image so that it is upright.</summary>
    /// <param name="from">The stored pixels, [height, width, 3].</param>
    /// <param name="width">Width of the stored image in pixels.</param>
    /// <param name="height">Height of the stored image in pixels.</param>
    /// <param name="orientation">EXIF orientation, 1 to 8.</param>
    /// <param name="to">Receives the upright pixels: [width, height, 3] for orientations 5 to 8, otherwise [height, width, 3].</param>
    public static void MakeUpright(ReadOnlySpan<byte> from, int width, int height, int orientation, Span<byte> to)
    {
        // The index of the stored pixel that is top left in the upright image, and the distances to its right and lower neighbors.
        var (origin, right, down) = orientation switch
        {
            2 => (width - 1, -1, width),
            3 => ((width * height) - 1, -1, -width),
            4 => (width * (height - 1), 1, -width),
            5 => (0, width, 1),
            6 => (width * (height - 1), -width, 1),
            7 => ((width * height) - 1, -width, -1),
            8 => (width - 1, width, -1),
            _ => (0, 1, width),
        };
        var (columns, rows) = IsTransposed(orientation) ? (height, width) : (width, height);
        for (int y = 0, at = 0; y < rows; y++)
        {
            var source = origin + (y * down);
            for (var x = 0; x < columns; x++, at += 3, source += right)
                (to[at], to[at + 1], to[at + 2]) = (from[3 * source], from[(3 * source) + 1], from[(3 * source) + 2]);
        }
    }
}
