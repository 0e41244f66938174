using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Tests.Data;

public class ImageAugmentationTests
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
        { "crop", AugmentationSettings.None with { Crop = 1 } },
        { "crop, turn, flip and scale", new() { Crop = 1, CropMinSide = .5, Rotate90 = .7, VerticalFlip = .5, MinScale = .6, MaxScale = 1.5, Translate = .2 } },
        { "large-scale jitter", AugmentationSettings.None.WithLargeScaleJitter() },
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
                var sample = Draw(settings, source, seed);
                var target = BatchImage.Create(sample, 0);
                var found = FindRed(Render(image, sample), sample.Width, sample.Height);
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
            corners.Add(FindRed(Render(image, Draw(settings, source, seed)), 120, 120));

        Assert.Equal([new(119, 0, 120, 10), new(110, 119, 120, 120), new(0, 110, 1, 120)], corners.OrderByDescending(box => box!.Value.X1));
    }

    [Fact]
    public void Write_NoAugmentation_IsTheResizedImage()
    {
        var source = Pictures.Describe(301, 203);
        var image = Pictures.Paint(301, 203);
        var sample = Draw(AugmentationSettings.None, source, 1);

        Assert.Equal(image.Resize(sample.Width, sample.Height).Pixels.ToArray(), Render(image, sample));
    }

    [Fact]
    public void Write_Color_IsTorchvisionsJitterWithinTheImageOnly()
    {
        var source = Pictures.Describe(120, 120);
        var image = Pictures.Paint(120, 120, new Box(3, 4, 50, 60));
        var settings = AugmentationSettings.None with { Brightness = .4, Contrast = .4, Saturation = .4, Hue = .2, MinScale = .5, MaxScale = .5 };
        var sample = Draw(settings, source, 2);
        var color = sample.Images[0].Color;
        var expected = image.Resize(60, 60).Pixels.ToArray();
        ColorTransform.Jitter(color.Brightness, color.Contrast, color.Saturation, ColorTransform.MeanGray(expected, 180, 60, 60), color.Hue)
            .Apply(expected, 180, 60, 60);

        var output = Render(image, sample);

        Assert.True(color is { Brightness: not 1, Contrast: not 1, Saturation: not 1, Hue: not 0 });
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
        var source = Pictures.Describe(120, 120, new Box(10, 10, 60, 60), new Box(40, 10, 60, 60), new Box(0, 0, 50, 50));
        var sample = Draw(AugmentationSettings.None, source, 0);
        var placed = sample.Images[0];

        var image = BatchImage.Create(sample with { Images = [placed with { Placement = placed.Placement with { OffsetX = -50 } }] }, .3);

        Assert.Equal([new Box(0, 10, 10, 60)], image.Boxes);
        Assert.Equal([1], image.Classes);
        Assert.Equal([new Box(0, 10, 10, 60)], image.Ignored);
        Assert.Equal((70, 120), (image.Width, image.Height));
    }

    [Fact]
    public void Of_BoxAtTheBorder_IsVisibleAsAWhole()
    {
        // Scaled coordinates are rounded, for some of these sizes beyond the border.
        for (var width = 100; width < 200; width++)
            Assert.Empty(BatchImage.Create(Pictures.Describe(width, 100, new Box(width / 2, 50, width, 100)), Size, minVisible: 1).Ignored);
    }

    [Fact]
    public void Of_CrowdsAndEmptyAndOutside_AreNoObjects()
    {
        var source = Pictures.Describe(240, 240, new Box(0, 0, 20, 20), new Box(5, 5, 6.5f, 30), new Box(250, 0, 300, 20), new Box(200, 100, 400, 140));
        source = source with { Annotations = [source.Annotations[0] with { IsCrowd = true }, .. source.Annotations.Skip(1)] };

        var image = BatchImage.Create(source, Size, .3);

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
            none with { Contrast = -.1 }, none with { Saturation = 1.5 }, none with { MinVisible = 1.01 }, none with { Hue = .6 },
            none with { Crop = 2 }, none with { CropMinSide = 0 }, none with { MinInputScale = 0 }, none with { MinInputScale = 1.1 },
            none with { MaxInputScale = 5 }, none with { Mosaic = -1 }, none with { MosaicMinScale = 0 }, none with { MosaicMinScale = 1.5 },
            none with { MosaicMaxScale = 3 }, none with { Mixup = 1.5 }, none with { MixupBeta = .5 }, none with { CopyPaste = double.NaN },
            none with { CopyPasteMaxCover = 2 }, none with { Blur = 2 }, none with { BlurMaxSigma = 0 }, none with { JpegNoise = 2 },
            none with { JpegMinQuality = 0 }, none with { JpegMinQuality = 96 }, none with { CompositionEnd = -.1 }, none with { CompositionEnd = 1.1 },
        })
            Assert.Throws<ArgumentException>(wrong.Validate);
    }

    [Fact]
    public void Draw_LargeScaleJitter_HasTheRangeAndTheFixedSizeOfThePaper()
    {
        var source = Pictures.Describe(150, 100);
        var samples = Enumerable.Range(0, 500).Select(seed => Draw(AugmentationSettings.None.WithLargeScaleJitter(), source, seed)).ToArray();
        double[] factors = [.. samples.Select(sample => sample.Images[0].Placement.ScaledWidth / 180.0)];

        Assert.All(samples, sample => Assert.Equal((200, 200), (sample.Width, sample.Height)));
        Assert.InRange(factors.Min(), .09, .15);
        Assert.InRange(factors.Max(), 1.95, 2);
        Assert.InRange(factors.Average(), 1, 1.1);
        // A smaller image is padded at the right and bottom, a larger one cropped at random positions.
        Assert.All(samples.Where(sample => sample.Images[0].Placement.ScaledWidth <= 200), sample => Assert.Equal(0, sample.Images[0].Placement.OffsetX));
        Assert.True(samples.Select(sample => sample.Images[0].Placement.OffsetX).Distinct().Count() > 50);
    }

    [Fact]
    public void Draw_Crop_MeetsTheConditionsOfSsd()
    {
        var source = Pictures.Describe(300, 200, new Box(20, 30, 90, 80), new Box(200, 100, 290, 190));
        var (crops, ious) = (0, new List<float>());
        for (var seed = 0; seed < 4000; seed++)
        {
            var crop = RandomCrop.Draw(AugmentationSettings.None with { Crop = .5 }, source, new(seed, "test"));
            if ((crop.Width, crop.Height) == (300, 200))
                continue;
            crops++;
            Assert.True(crop.IsInside(300, 200));
            Assert.InRange(crop.Width, 90, 300);
            Assert.InRange(crop.Height, 60, 200);
            Assert.InRange(crop.Width / (double)crop.Height, .5, 2);
            var part = new Box(crop.X, crop.Y, crop.X + crop.Width, crop.Y + crop.Height);
            ious.Add(source.Annotations.Max(annotation => Iou.Compute(part, annotation.Box.ToCorners())));
        }

        Assert.Equal(.5, crops / 4000.0, .025);
        // See Golden/random_crop.py.
        Assert.Equal(.259, ious.Average(), .01);
        Assert.True(ious.Count(iou => iou < .2) > 100);
        Assert.True(ious.Count(iou => iou > .3) > 100);
    }

    [Fact]
    public void Draw_CropOfAnImageWithASmallObject_IsNearlyAlwaysAPart()
    {
        // No part reaches an IoU of .1 with the object: only the lowest minimum is left.
        var source = Pictures.Describe(300, 200, new Box(140, 90, 160, 110));

        var crops = Enumerable.Range(0, 200).Select(seed => RandomCrop.Draw(AugmentationSettings.None with { Crop = 1 }, source, new(seed, "test")));

        Assert.InRange(crops.Count(crop => crop != new ImageRegion(0, 0, 300, 200)), 190, 200);
    }

    [Fact]
    public void Draw_CropOfAnImageWithoutObjects_IsTheImage() =>
        Assert.Equal(new(0, 0, 300, 200), RandomCrop.Draw(AugmentationSettings.None with { Crop = 1 }, Pictures.Describe(300, 200), new(1, "test")));

    [Fact]
    public void GetInputSizes_MultiScale_AreMultiplesOf32WithTheAspectRatio()
    {
        Assert.Equal([new InputSize(800, 1333)], AugmentationSettings.None.GetInputSizes(new(800, 1333)));
        Assert.Equal([new(192, 240), new(224, 280), new(256, 320), new(288, 360), new(320, 400)], AugmentationSettings.None.WithMultiScale().GetInputSizes(new(256, 320)));
        Assert.Contains("no multiple of 32", Assert.Throws<ArgumentException>(() => AugmentationSettings.None.WithMultiScale().GetInputSizes(new(48, 48))).Message);
        Assert.Throws<ArgumentException>(() => AugmentationSettings.None.WithMultiScale().GetInputSizes(new(800, 16_000)));
    }

    private static TrainingSample Draw(AugmentationSettings settings, AnnotatedImage source, long seed) => ImageAugmentation.Draw(settings, Size, source, null, new(seed, 0));

    private static byte[] Render(Image image, TrainingSample sample)
    {
        var output = new byte[sample.Width * sample.Height * 3];
        SamplePixels.Write(sample, _ => image, output, sample.Width * 3);
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
