namespace RetinaSharp.Imaging.Tests;

public class PixelBlendTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(.25)]
    [InlineData(.6)]
    [InlineData(1)]
    public void Apply_AnyWeight_IsTheWeightedMean(double weight)
    {
        const int width = 13, height = 5, stride = 3 * width + 2, otherStride = 3 * width + 7;
        var (pixels, other) = (new byte[stride * height], new byte[otherStride * height]);
        new Random(1).NextBytes(pixels);
        new Random(2).NextBytes(other);
        var before = (byte[])pixels.Clone();

        PixelBlend.Apply(pixels, stride, other, otherStride, width, height, weight);

        for (var y = 0; y < height; y++)
        {
            for (var i = 0; i < stride; i++)
            {
                var expected = i < 3 * width ? weight * before[y * stride + i] + (1 - weight) * other[y * otherStride + i] : before[y * stride + i];
                // The weight is rounded to 1 / 256.
                Assert.InRange(pixels[y * stride + i] - expected, -1.01, 1.01);
                if (weight is 0 or 1)
                    Assert.Equal(expected, pixels[y * stride + i]);
            }
        }
    }

    [Theory]
    [InlineData(-.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Apply_WeightOutOfRange_Throws(double weight) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PixelBlend.Apply(new byte[3], 3, new byte[3], 3, 1, 1, weight));
}
