namespace RetinaSharp.Imaging.Tests;

public class PixelBlurTests
{
    [Theory]
    [InlineData(.3)]
    [InlineData(1)]
    [InlineData(2.7)]
    [InlineData(9)]
    public void Gaussian_AnySigma_MatchesConvolutionInDouble(double sigma)
    {
        const int width = 23, height = 14, stride = 3 * width + 5;
        var pixels = new byte[stride * height];
        new Random(3).NextBytes(pixels);
        var before = (byte[])pixels.Clone();

        PixelBlur.Gaussian(pixels, stride, width, height, sigma);

        for (var y = 0; y < height; y++)
        {
            for (var i = 0; i < stride; i++)
            {
                if (i >= 3 * width)
                    Assert.Equal(before[y * stride + i], pixels[y * stride + i]);
                else
                    Assert.InRange(pixels[y * stride + i] - Convolution(before, stride, width, height, i / 3, y, i % 3, sigma), -1.2, 1.2);
            }
        }
    }

    [Fact]
    public void Gaussian_MoreRowsThanTheBufferHolds_TakesThemFromBeforeTheBlur()
    {
        const int stride = 3 * 1000, height = 4000, part = 100, radius = 4;
        var pixels = new byte[stride * height];
        new Random(5).NextBytes(pixels);
        var last = pixels[^(part * stride)..];

        PixelBlur.Gaussian(pixels, stride, stride / 3, height, 1);
        PixelBlur.Gaussian(last, stride, stride / 3, part, 1);

        // Above, the pixels before the part have an influence.
        var compared = (part - radius) * stride;
        Assert.True(last.AsSpan()[^compared..].SequenceEqual(pixels.AsSpan()[^compared..]));
    }

    [Fact]
    public void Gaussian_UniformColor_KeepsColor()
    {
        byte[] pixels = [.. Enumerable.Repeat<byte[]>([0, 77, 255], 20 * 9).SelectMany(color => color)];
        var before = (byte[])pixels.Clone();

        PixelBlur.Gaussian(pixels, 60, 20, 9, 1.5);

        Assert.Equal(before, pixels);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(101)]
    [InlineData(double.NaN)]
    public void Gaussian_SigmaOutOfRange_Throws(double sigma) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PixelBlur.Gaussian(new byte[27], 9, 3, 3, sigma));

    // The two-dimensional kernel, over the pixels of the image.
    private static double Convolution(byte[] pixels, int stride, int width, int height, int x, int y, int channel, double sigma)
    {
        var radius = (int)Math.Ceiling(3 * sigma);
        var (sum, weights) = (0.0, 0.0);
        for (var v = Math.Max(0, y - radius); v <= Math.Min(height - 1, y + radius); v++)
        {
            for (var u = Math.Max(0, x - radius); u <= Math.Min(width - 1, x + radius); u++)
            {
                var weight = Math.Exp(-((u - x) * (u - x) + (v - y) * (v - y)) / (2 * sigma * sigma));
                (sum, weights) = (sum + weight * pixels[v * stride + 3 * u + channel], weights + weight);
            }
        }

        return sum / weights;
    }
}
