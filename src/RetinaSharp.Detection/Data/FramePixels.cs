using System.Buffers;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Applies an <see cref="Augmentation"/> to the pixels of an image. The output is the frame: a rectangle at the top left of the image's padded pixels in a
/// batch.
/// </summary>
internal static class FramePixels
{
    /// <summary>
    /// Writes the augmented image to its frame in the pixels of a batch. Pixels of the frame that the image does not cover are left unchanged.
    /// </summary>
    /// <param name="image">The decoded image, at any resolution.</param>
    /// <param name="how">Augmentation to apply.</param>
    /// <param name="frame">RGB bytes of the batch, from the first pixel of the frame on.</param>
    /// <param name="stride">Number of bytes from one row of the frame to the next.</param>
    public static void Write(Image image, in Augmentation how, Span<byte> frame, int stride)
    {
        if ((image.Width, image.Height) == (how.ScaledWidth, how.ScaledHeight))
        {
            Write(image.Pixels, how, frame, stride);
            return;
        }
        var length = how.ScaledWidth * how.ScaledHeight * 3;
        var scaled = ArrayPool<byte>.Shared.Rent(length);
        image.ResizeInto(scaled, how.ScaledWidth * 3, how.ScaledWidth, how.ScaledHeight);
        Write(scaled.AsSpan(0, length), how, frame, stride);
        ArrayPool<byte>.Shared.Return(scaled);
    }

    private static void Write(ReadOnlySpan<byte> scaled, in Augmentation how, Span<byte> frame, int stride)
    {
        var visible = frame[(how.Top * stride + how.Left * 3)..];
        var (width, height) = (how.Right - how.Left, how.Bottom - how.Top);
        if (how.Transpose)
            CopyTransposed(scaled, how, visible, stride);
        else
            CopyRows(scaled, how, visible, stride);

        if (how.Color == (1, 1, 1))
            return;
        var gray = ColorTransform.MeanGray(visible, stride, width, height);
        ColorTransform.Jitter(how.Color.Brightness, how.Color.Contrast, how.Color.Saturation, gray).Apply(visible, stride, width, height);
    }

    private static void CopyRows(ReadOnlySpan<byte> scaled, in Augmentation how, Span<byte> visible, int stride)
    {
        var (width, height) = (how.Right - how.Left, how.Bottom - how.Top);
        var left = how.FlipX ? how.TurnedWidth - (how.Right - how.OffsetX) : how.Left - how.OffsetX;
        for (var y = 0; y < height; y++)
        {
            var row = how.Top + y - how.OffsetY;
            if (how.FlipY)
                row = how.TurnedHeight - 1 - row;
            scaled.Slice((row * how.ScaledWidth + left) * 3, width * 3).CopyTo(visible[(y * stride)..]);
        }
        if (how.FlipX)
            PixelFlip.Horizontal(visible, stride, width, height);
    }

    private static void CopyTransposed(ReadOnlySpan<byte> scaled, in Augmentation how, Span<byte> visible, int stride)
    {
        var (width, height) = (how.Right - how.Left, how.Bottom - how.Top);
        // A row of the frame is a column of the scaled image, read downwards, or upwards if flipped.
        var first = how.Left - how.OffsetX;
        var (start, step) = how.FlipX ? (how.TurnedWidth - 1 - first, -1) : (first, 1);
        for (var y = 0; y < height; y++)
        {
            var column = how.Top + y - how.OffsetY;
            if (how.FlipY)
                column = how.TurnedHeight - 1 - column;
            var to = visible.Slice(y * stride, width * 3);
            var from = (start * how.ScaledWidth + column) * 3;
            for (var x = 0; x < to.Length; x += 3, from += step * how.ScaledWidth * 3)
                (to[x], to[x + 1], to[x + 2]) = (scaled[from], scaled[from + 1], scaled[from + 2]);
        }
    }
}
