namespace RetinaSharp.Inference.Batching;

/// <summary>
/// The size that all images of a batch are padded to: the largest width and the largest height of its images, each rounded up to a multiple
/// of 32.
/// </summary>
/// <param name="Images">Number of images in the batch.</param>
/// <param name="Height">Height in pixels after padding.</param>
/// <param name="Width">Width in pixels after padding.</param>
public readonly record struct PaddedSize(int Images, int Height, int Width)
{
    private const int Divisor = 32;

    /// <summary>Number of bytes of one padded image, RGB with 8 bits per channel.</summary>
    public int ImageBytes => Width * Height * 3;

    /// <summary>Number of bytes of one row of a padded image.</summary>
    public int Stride => Width * 3;

    /// <summary>Computes the padded size of a batch.</summary>
    /// <param name="images">Width and height of each image in pixels, without padding.</param>
    /// <exception cref="InsufficientMemoryException">The batch does not fit in one array.</exception>
    public static PaddedSize Compute(ReadOnlySpan<(int Width, int Height)> images)
    {
        var (width, height) = (1, 1);
        foreach (var image in images)
            (width, height) = (Math.Max(width, image.Width), Math.Max(height, image.Height));
        var size = new PaddedSize(images.Length, RoundUp(height), RoundUp(width));
        if ((long)size.Images * size.Width * size.Height * 3 > Array.MaxLength)
            throw new InsufficientMemoryException($"{size.Images} images of {size.Width} x {size.Height} pixels do not fit in one batch.");
        return size;
    }

    private static int RoundUp(int side) => (side + Divisor - 1) / Divisor * Divisor;
}
