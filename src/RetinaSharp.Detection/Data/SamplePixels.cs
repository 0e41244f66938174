using System.Buffers;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Data;

/// <summary>Writes the pixels of training samples.</summary>
internal static class SamplePixels
{
    /// <summary>
    /// Writes a sample to the pixels of a batch, which must be black. Pixels that no image covers are left unchanged.
    /// </summary>
    /// <param name="sample">The sample.</param>
    /// <param name="read">Returns the pixels of an image of the sample, at any resolution.</param>
    /// <param name="output">RGB bytes of the batch, from the first pixel of the sample on.</param>
    /// <param name="stride">Number of bytes from one row of the output to the next.</param>
    public static void Write(TrainingSample sample, Func<PlacedImage, Image> read, Span<byte> output, int stride)
    {
        WriteImages(sample, read, output, stride);
        if (sample.Mixup is { } mixup)
            Blend(sample, mixup.Sample, mixup.Weight, read, output, stride);
        var (width, height) = sample.Content;
        sample.Degradation.Apply(output, stride, width, height);
    }

    private static void WriteImages(TrainingSample sample, Func<PlacedImage, Image> read, Span<byte> output, int stride)
    {
        foreach (var image in sample.Images)
        {
            var visible = image.Placement.Visible;
            var pixels = output[(visible.Top * stride + visible.Left * 3)..];
            Write(read(image), image.Placement, pixels, stride, visible.Width, visible.Height);
            image.Color.Apply(pixels, stride, visible.Width, visible.Height);
        }
    }

    private static void Blend(TrainingSample sample, TrainingSample other, double weight, Func<PlacedImage, Image> read, Span<byte> output, int stride)
    {
        var otherStride = sample.Width * 3;
        var rented = ArrayPool<byte>.Shared.Rent(otherStride * sample.Height);
        try
        {
            var pixels = rented.AsSpan(0, otherStride * sample.Height);
            pixels.Clear();
            WriteImages(other, read, pixels, otherStride);
            PixelBlend.Apply(output, stride, pixels, otherStride, sample.Width, sample.Height, weight);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    // Only the visible part of the image is resized.
    private static void Write(Image image, in ImagePlacement placement, Span<byte> visible, int stride, int width, int height)
    {
        var window = placement.Window;
        if (placement.Transpose)
        {
            var rented = ArrayPool<byte>.Shared.Rent(window.Width * window.Height * 3);
            var scaled = rented.AsSpan(0, window.Width * window.Height * 3);
            image.ResizeAndCropInto(scaled, window.Width * 3, placement.ScaledWidth, placement.ScaledHeight, window.Left, window.Top, window.Width, window.Height);
            CopyTransposed(scaled, window, visible, stride);
            ArrayPool<byte>.Shared.Return(rented);
        }
        else
        {
            image.ResizeAndCropInto(visible, stride, placement.ScaledWidth, placement.ScaledHeight, window.Left, window.Top, window.Width, window.Height);
        }

        if (placement.FlipX)
            PixelFlip.Horizontal(visible, stride, width, height);
        if (placement.FlipY)
            PixelFlip.Vertical(visible, stride, width, height);
    }

    private static void CopyTransposed(ReadOnlySpan<byte> scaled, PixelRect window, Span<byte> output, int stride)
    {
        // A row of the output is a column of the scaled image.
        for (var y = 0; y < window.Width; y++)
        {
            var to = output.Slice(y * stride, window.Height * 3);
            var from = y * 3;
            for (var x = 0; x < to.Length; x += 3, from += window.Width * 3)
                (to[x], to[x + 1], to[x + 2]) = (scaled[from], scaled[from + 1], scaled[from + 2]);
        }
    }
}
