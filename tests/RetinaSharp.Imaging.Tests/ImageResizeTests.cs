namespace RetinaSharp.Imaging.Tests;

public class ImageResizeTests
{
    /// <summary>The sizes to which Golden/make_golden.py resized <see cref="Pattern"/> with Pillow.</summary>
    public static TheoryData<string> GoldenSizes => [.. GoldenImages.Resized.Keys];

    [Theory]
    [MemberData(nameof(GoldenSizes))]
    public void Resize_AnySize_MatchesPillow(string size)
    {
        var sides = size.Split('x').Select(int.Parse).ToArray();

        var result = Pattern(31, 23).Resize(sides[0], sides[1]);

        // Pillow's weights have 22 bits, these 15.
        Assert.InRange(GoldenImages.Difference(new(sides[0], sides[1], Convert.FromHexString(GoldenImages.Resized[size])), result), 0, 1);
    }

    [Fact]
    public void Resize_UniformColor_KeepsColor()
    {
        var white = new byte[3 * 97 * 41];
        white.AsSpan().Fill(255);

        foreach (var (width, height) in new[] { (96, 40), (33, 77), (5, 3), (300, 200), (1, 1) })
            Assert.Equal(-1, new Image(97, 41, white).Resize(width, height).Pixels.IndexOfAnyExcept((byte)255));
    }

    [Fact]
    public void Resize_HighImageToAWideOne_NeedsLittleMemoryForTheSamePixels()
    {
        var image = Noise(2, 60_000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var resized = image.Resize(300, 200);

        // The filtered rows of the whole image have 54 MB.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20 << 20);
        // The rows of each crop fit into the buffer.
        for (var y = 0; y < 200; y += 20)
        {
            var crop = new byte[300 * 20 * 3];
            image.ResizeAndCropInto(crop, 300 * 3, 300, 200, 0, y, 300, 20);
            Assert.Equal(resized.Crop(0, y, 300, 20).Pixels, crop);
        }
    }

    [Theory]
    [InlineData(0, 0, 13, 9)]
    [InlineData(3, 2, 7, 6)]
    [InlineData(12, 8, 1, 1)]
    public void ResizeInto_Crop_MatchesResizeOfCroppedImage(int x, int y, int width, int height)
    {
        var source = Noise(13, 9);
        var part = new byte[width * height * 3];
        for (var row = 0; row < height; row++)
            source.Pixels.Slice(((y + row) * 13 + x) * 3, width * 3).CopyTo(part.AsSpan(row * width * 3));
        var result = new byte[8 * 5 * 3];

        source.ResizeInto(result, 8 * 3, 8, 5, x, y, width, height);

        Assert.Equal(new Image(width, height, part).Resize(8, 5).Pixels, result);
    }

    [Theory]
    [InlineData(20, 15, 3, 2, 9, 11)]
    [InlineData(20, 15, 0, 0, 20, 15)]
    [InlineData(95, 70, 60, 1, 35, 69)]
    [InlineData(95, 70, 94, 69, 1, 1)]
    [InlineData(41, 33, 5, 7, 30, 20)]
    public void ResizeAndCropInto_AnyCrop_IsTheCropOfTheResizedImage(int width, int height, int x, int y, int cropWidth, int cropHeight)
    {
        var image = Noise(41, 33);
        var stride = 3 * cropWidth + 4;
        var destination = new byte[stride * cropHeight];

        image.ResizeAndCropInto(destination, stride, width, height, x, y, cropWidth, cropHeight);

        var expected = image.Resize(width, height).Crop(x, y, cropWidth, cropHeight).Pixels;
        for (var row = 0; row < cropHeight; row++)
        {
            Assert.Equal(expected.Slice(row * 3 * cropWidth, 3 * cropWidth), destination.AsSpan(row * stride, 3 * cropWidth));
            Assert.False(destination.AsSpan((row * stride) + (3 * cropWidth), 4).ContainsAnyExcept((byte)0));
        }
    }

    [Fact]
    public void ResizeAndCropInto_CropOutsideOfTheResult_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Noise(41, 33).ResizeAndCropInto(new byte[3000], 60, 20, 15, 5, 5, 16, 3));

    [Fact]
    public void Crop_Region_HasItsPixels()
    {
        var source = Noise(13, 9);

        var crop = source.Crop(3, 2, 7, 6);

        Assert.Equal((7, 6), (crop.Width, crop.Height));
        for (var y = 0; y < 6; y++)
            Assert.Equal(source.Pixels.Slice(((2 + y) * 13 + 3) * 3, 21), crop.Pixels.Slice(y * 21, 21));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Crop(7, 2, 7, 6));
    }

    [Theory]
    [InlineData(-1, 0, 3, 3)]
    [InlineData(11, 0, 3, 3)]
    [InlineData(0, 7, 3, 3)]
    [InlineData(0, 0, 0, 3)]
    public void ResizeInto_CropOutsideOfImage_Throws(int x, int y, int width, int height) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Noise(13, 9).ResizeInto(new byte[75], 15, 5, 5, x, y, width, height));

    [Theory]
    [InlineData(13, 9, 31, 20)]
    [InlineData(2, 9, 5, 9)]
    [InlineData(1, 1, 4, 3)]
    public void Resize_Larger_Interpolates(int width, int height, int newWidth, int newHeight)
    {
        var source = Noise(width, height);
        var result = source.Resize(newWidth, newHeight);

        for (var y = 0; y < newHeight; y++)
        {
            for (var x = 0; x < newWidth; x++)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    var expected = Bilinear(source, (x + 0.5) * width / newWidth - 0.5, (y + 0.5) * height / newHeight - 0.5, channel);
                    Assert.InRange(result.Pixels[(y * newWidth + x) * 3 + channel] - expected, -1.01, 1.01);
                }
            }
        }
    }

    [Fact]
    public void Resize_SameSize_ReturnsSamePixels()
    {
        var source = Noise(7, 5);

        Assert.Equal(source.Pixels, source.Resize(7, 5).Pixels);
    }

    [Theory]
    [InlineData(7, 5)]
    [InlineData(9, 4)]
    [InlineData(2, 2)]
    public void ResizeInto_Stride_LeavesBytesBetweenRowsUnchanged(int width, int height)
    {
        var source = Noise(7, 5);
        var stride = 3 * width + 5;
        var destination = Enumerable.Repeat((byte)123, stride * (height + 1)).ToArray();

        source.ResizeInto(destination, stride, width, height);

        var expected = source.Resize(width, height);
        for (var y = 0; y < height; y++)
        {
            Assert.Equal(expected.Pixels.Slice(y * 3 * width, 3 * width), destination.AsSpan(y * stride, 3 * width));
            Assert.Equal(-1, destination.AsSpan(y * stride + 3 * width, 5).IndexOfAnyExcept((byte)123));
        }
        Assert.Equal(-1, destination.AsSpan(height * stride).IndexOfAnyExcept((byte)123));
    }

    [Fact]
    public void ResizeInto_DestinationTooSmall_Throws()
    {
        var source = Noise(7, 5);

        Assert.Throws<ArgumentException>(() => source.ResizeInto(new byte[3 * 4 * 4 - 1], 12, 4, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.ResizeInto(new byte[100], 11, 4, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.ResizeInto(new byte[100], 12, 4, 0));
    }

    [Fact]
    public void Constructor_WrongByteCount_Throws() => Assert.Throws<ArgumentException>(() => new Image(2, 2, new byte[11]));

    // The same pattern as in Golden/make_golden.py.
    private static Image Pattern(int width, int height)
    {
        var pixels = new byte[3 * width * height];
        var state = 1u;
        for (var i = 0; i < pixels.Length; i++)
        {
            state = unchecked((state * 1664525) + 1013904223);
            pixels[i] = (byte)(state >> 24);
        }

        return new(width, height, pixels);
    }

    private static Image Noise(int width, int height)
    {
        var pixels = new byte[3 * width * height];
        new Random(width).NextBytes(pixels);
        return new Image(width, height, pixels);
    }

    private static double Bilinear(Image image, double x, double y, int channel)
    {
        x = Math.Clamp(x, 0, image.Width - 1);
        y = Math.Clamp(y, 0, image.Height - 1);
        var (left, top) = ((int)x, (int)y);
        var (right, bottom) = (Math.Min(left + 1, image.Width - 1), Math.Min(top + 1, image.Height - 1));
        return double.Lerp(
            double.Lerp(At(left, top), At(right, top), x - left), double.Lerp(At(left, bottom), At(right, bottom), x - left), y - top);

        double At(int column, int row) => image.Pixels[(row * image.Width + column) * 3 + channel];
    }
}
