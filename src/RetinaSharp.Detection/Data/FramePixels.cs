using System.Buffers;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Data;

/// <summary>Puts an image's pixels into its frame, as its <see cref="Augmentation"/> says.</summary>
internal static class FramePixels
{
    /// <summary>Writes the visible part of the image; what is outside of it stays as it is.</summary>
    /// <param name="image">The image, at any size.</param>
    /// <param name="how">What happens to it.</param>
    /// <param name="frame">From the frame's first pixel.</param>
    /// <param name="stride">Bytes from one row of the frame to the next.</param>
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

        if (how.Colour == (1, 1, 1))
            return;
        var grey = ColorTransform.MeanGray(visible, stride, width, height);
        ColorTransform.Jitter(how.Colour.Brightness, how.Colour.Contrast, how.Colour.Saturation, grey).Apply(visible, stride, width, height);
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
        // A step to the right in the frame is a step down in the scaled image, or up.
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
