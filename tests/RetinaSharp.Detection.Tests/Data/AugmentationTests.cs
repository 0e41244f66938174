using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Tests.Data;

public class AugmentationTests
{
    private static readonly InputSize Size = new(120, 200);

    public static TheoryData<string, AugmentationSettings> Kinds => new()
    {
        { "none", AugmentationSettings.None },
        { "horizontal", AugmentationSettings.None with { HorizontalFlip = 1 } },
        { "vertical", AugmentationSettings.None with { VerticalFlip = 1 } },
        { "turn", AugmentationSettings.None with { Rotate90 = 1 } },
        { "turn and flip", AugmentationSettings.None with { Rotate90 = 1, HorizontalFlip = .5, VerticalFlip = .5 } },
        { "smaller", AugmentationSettings.None with { MinScale = .4, MaxScale = .9 } },
        { "larger", AugmentationSettings.None with { MinScale = 1.1, MaxScale = 2 } },
        { "shift", AugmentationSettings.None with { Translate = .4 } },
        { "all", new() { VerticalFlip = .5, Rotate90 = .7, MinScale = .5, MaxScale = 2, Translate = .3, MinVisible = 0 } },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Apply_Box_FollowsItsPixels(string kind, AugmentationSettings settings)
    {
        var box = new Box(20, 15, 80, 45);
        // 150 x 100 becomes 180 x 120, upscaled; twice as large, 120 x 180 is shrunk.
        foreach (var enlarged in new[] { 1, 2 })
        {
            var source = Pictures.Describe(150 * enlarged, 100 * enlarged, box.Scale(enlarged, enlarged));
            var image = Pictures.Paint(source.Width, source.Height, box.Scale(enlarged, enlarged));
            var seen = 0;
            for (var seed = 0; seed < 40; seed++)
            {
                var augmentation = Augmentation.Draw(settings with { MinVisible = 0 }, Size, source, new(seed, "test"));
                var target = BatchImage.Create(source, augmentation, 0);
                var found = FindRed(Render(image, augmentation), augmentation.OutputWidth, augmentation.OutputHeight);
                if (target.Boxes.Length == 0)
                {
                    // A sliver of less than a pixel may be seen.
                    Assert.True(found is null || found.Value.Width <= 2 || found.Value.Height <= 2, $"{kind}, seed {seed}: {found}");
                    continue;
                }
                seen++;
                var expected = Assert.Single(target.Boxes);
                Assert.NotNull(found);
                Assert.Equal(expected.X1, found.Value.X1, 1.01f);
                Assert.Equal(expected.Y1, found.Value.Y1, 1.01f);
                Assert.Equal(expected.X2, found.Value.X2, 1.01f);
                Assert.Equal(expected.Y2, found.Value.Y2, 1.01f);
            }
            Assert.True(seen > 20, kind);
        }
    }

    [Fact]
    public void Draw_Rotate90_GivesTheThreeTurns()
    {
        // One red pixel in the upper left corner of a square tells a turn from the others, and from any mirroring.
        var source = Pictures.Describe(120, 120);
        var settings = AugmentationSettings.None with { Rotate90 = 1 };
        var image = Pictures.Paint(120, 120, new Box(0, 0, 10, 1));
        var corners = new HashSet<Box?>();
        for (var seed = 0; seed < 40; seed++)
            corners.Add(FindRed(Render(image, Augmentation.Draw(settings, Size, source, new(seed, "test"))), 120, 120));

        Assert.Equal([new(119, 0, 120, 10), new(110, 119, 120, 120), new(0, 110, 1, 120)], corners.OrderByDescending(box => box!.Value.X1));
    }

    [Fact]
    public void Write_NoAugmentation_IsTheResizedImage()
    {
        var source = Pictures.Describe(301, 203);
        var image = Pictures.Paint(301, 203);
        var augmentation = Augmentation.Draw(AugmentationSettings.None, Size, source, new(1, "test"));

        Assert.Equal(image.Resize(augmentation.OutputWidth, augmentation.OutputHeight).Pixels.ToArray(), Render(image, augmentation));
    }

    [Fact]
    public void Write_Color_IsTorchvisionsJitterWithinTheImageOnly()
    {
        var source = Pictures.Describe(120, 120);
        var image = Pictures.Paint(120, 120, new Box(3, 4, 50, 60));
        var settings = AugmentationSettings.None with { Brightness = .4, Contrast = .4, Saturation = .4, MinScale = .5, MaxScale = .5 };
        var augmentation = Augmentation.Draw(settings, Size, source, new(2, "test"));
        var expected = image.Resize(60, 60).Pixels.ToArray();
        ColorTransform.Jitter(augmentation.Color.Brightness, augmentation.Color.Contrast, augmentation.Color.Saturation, ColorTransform.MeanGray(expected, 180, 60, 60))
            .Apply(expected, 180, 60, 60);

        var output = Render(image, augmentation);

        Assert.NotEqual((1, 1, 1), augmentation.Color);
        for (var y = 0; y < 120; y++)
        {
            var row = output.AsSpan(y * 360, 360);
            Assert.True(y < 60 ? row[..180].SequenceEqual(expected.AsSpan(y * 180, 180)) : !row[..180].ContainsAnyExcept((byte)0));
            Assert.False(row[180..].ContainsAnyExcept((byte)0));
        }
    }

    [Fact]
    public void Of_MostlyCutOffBox_IsIgnored()
    {
        var augmentation = Augmentation.Draw(AugmentationSettings.None, Size, Pictures.Describe(120, 120), new(0, "test")) with { OffsetX = -50 };
        var source = Pictures.Describe(120, 120, new Box(10, 10, 60, 60), new Box(40, 10, 60, 60), new Box(0, 0, 50, 50));

        var image = BatchImage.Create(source, augmentation, .3);

        Assert.Equal([new Box(0, 10, 10, 60)], image.Boxes);
        Assert.Equal([1], image.Classes);
        Assert.Equal([new Box(0, 10, 10, 60)], image.Ignored);
        Assert.Equal((70, 120), (image.Width, image.Height));
    }

    [Fact]
    public void Of_CrowdsAndEmptyAndOutside_AreNoObjects()
    {
        var augmentation = Augmentation.Draw(AugmentationSettings.None, Size, Pictures.Describe(240, 240), new(0, "test"));
        var source = Pictures.Describe(240, 240, new Box(0, 0, 20, 20), new Box(5, 5, 6.5f, 30), new Box(250, 0, 300, 20), new Box(200, 100, 400, 140));
        source = source with { Annotations = [source.Annotations[0] with { IsCrowd = true }, .. source.Annotations.Skip(1)] };

        var image = BatchImage.Create(source, augmentation, .3);

        // The fourth is cut to the image before it is asked how much of it is seen.
        Assert.Equal([new Box(100, 50, 120, 70)], image.Boxes);
        Assert.Equal([new Box(0, 0, 10, 10)], image.Ignored);
    }

    [Fact]
    public void Validate_OutOfRange_Throws()
    {
        var none = AugmentationSettings.None;
        none.Validate();
        foreach (var wrong in new[]
        {
            none with { HorizontalFlip = 1.1 }, none with { VerticalFlip = -1 }, none with { Rotate90 = double.NaN }, none with { MinScale = 0 },
            none with { MinScale = 1.5 }, none with { MaxScale = 9 }, none with { Translate = .6 }, none with { Brightness = 2 },
            none with { Contrast = -.1 }, none with { Saturation = 1.5 }, none with { MinVisible = 1.01 },
        })
            Assert.Throws<ArgumentException>(wrong.Validate);
    }

    private static byte[] Render(Image image, Augmentation augmentation)
    {
        var output = new byte[augmentation.OutputWidth * augmentation.OutputHeight * 3];
        AugmentedPixels.Write(image, augmentation, output, augmentation.OutputWidth * 3);
        return output;
    }

    /// <summary>The smallest box around the pixels that are red.</summary>
    private static Box? FindRed(byte[] pixels, int width, int height)
    {
        Box? found = null;
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                if (pixels[(y * width + x) * 3] > 150 && pixels[(y * width + x) * 3 + 1] < 60)
                    found = found is { } box
                        ? new(Math.Min(box.X1, x), Math.Min(box.Y1, y), Math.Max(box.X2, x + 1), Math.Max(box.Y2, y + 1))
                        : new(x, y, x + 1, y + 1);
        return found;
    }
}
