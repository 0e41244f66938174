namespace RetinaSharp.Imaging.Tests;

public class ColorTransformTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(0.6, 1, 1)]
    [InlineData(1.4, 1, 1)]
    [InlineData(1, 0.5, 1)]
    [InlineData(1, 1.5, 1)]
    [InlineData(1, 1, 0)]
    [InlineData(1, 1, 1.5)]
    [InlineData(0.8, 1.2, 0.7)]
    [InlineData(1.3, 0.7, 1.6)]
    public void Apply_Jitter_MatchesTorchvision(double brightness, double contrast, double saturation)
    {
        const int width = 37, height = 11, stride = 3 * width + 4;
        var pixels = Noise(stride * height);
        var before = (byte[])pixels.Clone();
        var expected = Reference(before, stride, width, height, brightness, contrast, saturation);

        var mean = ColorTransform.MeanGray(pixels, stride, width, height);
        ColorTransform.Jitter(brightness, contrast, saturation, mean).Apply(pixels, stride, width, height);

        for (var y = 0; y < height; y++)
        {
            for (var i = 0; i < stride; i++)
            {
                if (i < 3 * width)
                    Assert.InRange(pixels[y * stride + i] - expected[y * width * 3 + i], -0.501, 0.501);
                else
                    Assert.Equal(before[y * stride + i], pixels[y * stride + i]);
            }
        }
    }

    [Fact]
    public void Jitter_Hue_IsSvgsHueRotate()
    {
        // hueRotate(120) of the SVG specification, computed by hand: red becomes (-0.36, 0.44, -0.36) · 255.
        byte[] pixels = [255, 0, 0, 90, 90, 90, 120, 100, 80];

        ColorTransform.Jitter(1, 1, 1, 0, hue: 1 / 3.0).Apply(pixels, 9, 3, 1);

        Assert.Equal([0, 113, 0, 90, 90, 90], pixels[..6]);
        // Brown becomes green; its luma, 102.8, is kept.
        Assert.InRange(.213 * pixels[6] + .715 * pixels[7] + .072 * pixels[8], 102, 104);
        Assert.True(pixels[7] > pixels[6] && pixels[7] > pixels[8]);
    }

    [Theory]
    [InlineData(.2, -.2)]
    [InlineData(.5, .5)]
    [InlineData(-.3, 1.3)]
    public void Jitter_HueAndItsInverse_GiveTheSameColors(double hue, double inverse)
    {
        byte[] pixels = [130, 120, 110, 100, 140, 125, 120, 110, 135];
        var before = (byte[])pixels.Clone();

        ColorTransform.Jitter(1, 1, 1, 0, hue).Apply(pixels, 9, 3, 1);
        Assert.NotEqual(before, pixels);
        ColorTransform.Jitter(1, 1, 1, 0, inverse).Apply(pixels, 9, 3, 1);

        Assert.All(before.Zip(pixels), pair => Assert.InRange(pair.Second - pair.First, -2, 2));
    }

    [Fact]
    public void Apply_AnyMatrix_MatchesProductInDouble()
    {
        float[] matrix = [0.9f, -0.3f, 0.2f, 11, 0.1f, 1.2f, -0.4f, -20, 3, -2.5f, 0.25f, 60];
        var pixels = Noise(3 * 100);
        var before = (byte[])pixels.Clone();

        new ColorTransform(matrix).Apply(pixels, 300, 100, 1);

        for (var i = 0; i < pixels.Length; i++)
        {
            var (at, row) = (i / 3 * 3, i % 3 * 4);
            var value = (double)matrix[row] * before[at] + (double)matrix[row + 1] * before[at + 1]
                + (double)matrix[row + 2] * before[at + 2] + matrix[row + 3];
            Assert.InRange(pixels[i] - Math.Clamp(value, 0, 255), -0.501, 0.501);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(10_000)]
    public void MeanGray_AnyWidth_MatchesMeanInDouble(int width)
    {
        var pixels = Noise(3 * width * 2);
        var sum = 0.0;
        for (var i = 0; i < pixels.Length; i += 3)
            sum += Gray(pixels[i], pixels[i + 1], pixels[i + 2]);

        Assert.Equal(sum / (2 * width), ColorTransform.MeanGray(pixels, 3 * width, width, 2), 1e-9);
    }

    [Fact]
    public void MeanGray_White_DoesNotOverflow()
    {
        var pixels = new byte[3 * 20_000];
        pixels.AsSpan().Fill(255);

        Assert.Equal(255 * 0.9999, ColorTransform.MeanGray(pixels, pixels.Length, 20_000, 1), 1e-9);
    }

    [Fact]
    public void Constructor_InvalidMatrix_Throws()
    {
        Assert.Throws<ArgumentException>(() => new ColorTransform(new float[11]));
        Assert.Throws<ArgumentException>(() => new ColorTransform([1, 0, 0, float.NaN, 0, 1, 0, 0, 0, 0, 1, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ColorTransform.Jitter(-1, 1, 1, 0));
    }

    // torchvision's adjust_brightness, adjust_contrast and adjust_saturation in sequence, clamped once at the end.
    private static double[] Reference(byte[] pixels, int stride, int width, int height, double brightness, double contrast, double saturation)
    {
        var values = new double[3 * width * height];
        for (var i = 0; i < values.Length; i++)
            values[i] = brightness * pixels[i / (3 * width) * stride + i % (3 * width)];
        var mean = 0.0;
        for (var i = 0; i < values.Length; i += 3)
            mean += Gray(values[i], values[i + 1], values[i + 2]) / (width * height);
        for (var i = 0; i < values.Length; i++)
            values[i] = contrast * values[i] + (1 - contrast) * mean;
        for (var i = 0; i < values.Length; i += 3)
        {
            var gray = Gray(values[i], values[i + 1], values[i + 2]);
            for (var channel = 0; channel < 3; channel++)
                values[i + channel] = Math.Clamp(saturation * values[i + channel] + (1 - saturation) * gray, 0, 255);
        }
        return values;
    }

    private static double Gray(double r, double g, double b) => 0.2989 * r + 0.587 * g + 0.114 * b;

    private static byte[] Noise(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
