using System.Buffers;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Applies an <see cref="Augmentation"/> to the pixels of an image. The output is a rectangle at the top left of the image's padded pixels in a
/// batch.
/// </summary>
internal static class AugmentedPixels
{
    /// <summary>
    /// Writes the augmented image to the pixels of a batch. Pixels of the output that the image does not cover are left unchanged.
    /// </summary>
    /// <param name="image">The decoded image, at any resolution.</param>
    /// <param name="augmentation">Augmentation to apply.</param>
    /// <param name="output">RGB bytes of the batch, from the first pixel of the output on.</param>
    /// <param name="stride">Number of bytes from one row of the output to the next.</param>
    public static void Write(Image image, in Augmentation augmentation, Span<byte> output, int stride)
    {
        if ((image.Width, image.Height) == (augmentation.ScaledWidth, augmentation.ScaledHeight))
        {
            Write(image.Pixels, augmentation, output, stride);
            return;
        }
        var length = augmentation.ScaledWidth * augmentation.ScaledHeight * 3;
        var scaled = ArrayPool<byte>.Shared.Rent(length);
        image.ResizeInto(scaled, augmentation.ScaledWidth * 3, augmentation.ScaledWidth, augmentation.ScaledHeight);
        Write(scaled.AsSpan(0, length), augmentation, output, stride);
        ArrayPool<byte>.Shared.Return(scaled);
    }

    private static void Write(ReadOnlySpan<byte> scaled, in Augmentation augmentation, Span<byte> output, int stride)
    {
        var visible = output[(augmentation.Top * stride + augmentation.Left * 3)..];
        var (width, height) = (augmentation.Right - augmentation.Left, augmentation.Bottom - augmentation.Top);
        if (augmentation.Transpose)
            CopyTransposed(scaled, augmentation, visible, stride);
        else
            CopyRows(scaled, augmentation, visible, stride);

        if (augmentation.Color == (1, 1, 1))
            return;
        var gray = ColorTransform.MeanGray(visible, stride, width, height);
        ColorTransform.Jitter(augmentation.Color.Brightness, augmentation.Color.Contrast, augmentation.Color.Saturation, gray).Apply(visible, stride, width, height);
    }

    private static void CopyRows(ReadOnlySpan<byte> scaled, in Augmentation augmentation, Span<byte> visible, int stride)
    {
        var (width, height) = (augmentation.Right - augmentation.Left, augmentation.Bottom - augmentation.Top);
        var left = augmentation.FlipX ? augmentation.TransposedWidth - (augmentation.Right - augmentation.OffsetX) : augmentation.Left - augmentation.OffsetX;
        for (var y = 0; y < height; y++)
        {
            var row = augmentation.Top + y - augmentation.OffsetY;
            if (augmentation.FlipY)
                row = augmentation.TransposedHeight - 1 - row;
            scaled.Slice((row * augmentation.ScaledWidth + left) * 3, width * 3).CopyTo(visible[(y * stride)..]);
        }
        if (augmentation.FlipX)
            PixelFlip.Horizontal(visible, stride, width, height);
    }

    private static void CopyTransposed(ReadOnlySpan<byte> scaled, in Augmentation augmentation, Span<byte> visible, int stride)
    {
        var (width, height) = (augmentation.Right - augmentation.Left, augmentation.Bottom - augmentation.Top);
        // A row of the output is a column of the scaled image, read downwards, or upwards if flipped.
        var first = augmentation.Left - augmentation.OffsetX;
        var (start, step) = augmentation.FlipX ? (augmentation.TransposedWidth - 1 - first, -1) : (first, 1);
        for (var y = 0; y < height; y++)
        {
            var column = augmentation.Top + y - augmentation.OffsetY;
            if (augmentation.FlipY)
                column = augmentation.TransposedHeight - 1 - column;
            var to = visible.Slice(y * stride, width * 3);
            var from = (start * augmentation.ScaledWidth + column) * 3;
            for (var x = 0; x < to.Length; x += 3, from += step * augmentation.ScaledWidth * 3)
                (to[x], to[x + 1], to[x + 2]) = (scaled[from], scaled[from + 1], scaled[from + 2]);
        }
    }
}
