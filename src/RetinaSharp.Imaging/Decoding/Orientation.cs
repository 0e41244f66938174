namespace RetinaSharp.Imaging.Decoding;

/// <summary>EXIF orientations: what has been done to an image, and is undone to turn it upright.</summary>
internal static class Orientation
{
    /// <summary>Whether width and height are exchanged.</summary>
    public static bool IsTransposed(int orientation) => orientation >= 5;

    /// <summary>Turns an image upright.</summary>
    /// <param name="from">[height, width, 3], as stored.</param>
    /// <param name="width">Its width.</param>
    /// <param name="height">Its height.</param>
    /// <param name="orientation">1 to 8.</param>
    /// <param name="to">As many pixels; [width, height, 3] from 5 on.</param>
    public static void Turn(ReadOnlySpan<byte> from, int width, int height, int orientation, Span<byte> to)
    {
        // Where the upper left pixel of the upright image is stored, and how far its right and its lower neighbor are.
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
