using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Tests.Data;

/// <summary>Samples of several images. Every image has one rectangle of a color of its own, which is also its class.</summary>
public sealed class SampleComposerTests : IDisposable
{
    private const int Samples = 300;

    private static readonly InputSize Size = new(120, 160);
    private static readonly (byte R, byte G, byte B)[] Colors = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 0, 255), (0, 255, 255)];
    private static readonly AugmentationSettings None = AugmentationSettings.None with { MinVisible = 0 };

    private readonly Pictures _pictures = new();
    private readonly ImageStore _store = new(Size, 4, 1 << 30);
    private readonly int[] _order = [0, 1, 2, 3, 4];

    public SampleComposerTests()
    {
        for (var i = 0; i < Colors.Length; i++)
        {
            var box = new Box(20 + (10 * i), 15 + i, 70 + (12 * i), 55 + i);
            var image = _pictures.Add(160 - (5 * i), 120 + (3 * i));
            var pixels = new byte[image.Width * image.Height * 3];
            for (var y = (int)box.Y1; y < box.Y2; y++)
                for (var x = (int)box.X1; x < box.X2; x++)
                    (pixels[((y * image.Width) + x) * 3], pixels[(((y * image.Width) + x) * 3) + 1], pixels[(((y * image.Width) + x) * 3) + 2]) = Colors[i];
            new Image(image.Width, image.Height, pixels).Save(image.Path);
            _pictures.Images[i] = image with { Annotations = [new() { Id = i + 1, Category = i, Box = BoxXywh.FromCorners(box), Area = box.Area }] };
        }
    }

    public void Dispose() => _pictures.Dispose();

    public static TheoryData<string, AugmentationSettings> Kinds => new()
    {
        { "mosaic", None with { Mosaic = 1 } },
        { "mosaic, all geometry", None.WithLargeScaleJitter() with { Mosaic = 1, Crop = .5, Rotate90 = .5, HorizontalFlip = .5, VerticalFlip = .5, Translate = .2, MinScale = .6 } },
        { "copy-paste", None with { CopyPaste = 1, CopyPasteMaxCover = 0 } },
        { "copy-paste, all geometry", None with { CopyPaste = 1, CopyPasteMaxCover = 0, Crop = .5, Rotate90 = .5, HorizontalFlip = .5, MinScale = .5, MaxScale = 1.5 } },
        { "mosaic, copy-paste, blur", None with { Mosaic = .5, CopyPaste = 1, CopyPasteMaxCover = 0, Blur = .5, BlurMaxSigma = 1 } },
        { "color", None with { Brightness = .2, Contrast = .2, Saturation = .2, Hue = .02 } },
        { "blur", None with { Blur = 1 } },
        { "JPEG noise", None with { JpegNoise = 1, JpegMinQuality = 50 } },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Compose_Boxes_FollowTheirPixels(string kind, AugmentationSettings settings)
    {
        var composer = Composer(settings);
        var found = 0;
        for (var i = 0; i < 60; i++)
        {
            var sample = composer.Compose(i % 5, _order, i, Size, TestContext.Current.CancellationToken);
            var (image, pixels) = (BatchImage.Create(sample, 0), Render(sample));
            // An image that appears twice cannot be told apart.
            foreach (var color in sample.Images.CountBy(one => (int)one.Source.Id - 1).Where(count => count.Value == 1).Select(count => count.Key))
            {
                if (Array.IndexOf(image.Classes, color) is not (>= 0 and var index))
                    continue;
                var expected = image.Boxes[index];
                if (expected.Width < 4 || expected.Height < 4)
                    continue;
                var actual = Find(pixels, sample, Colors[color]);
                Assert.NotNull(actual);
                var difference = new[] { expected.X1 - actual.Value.X1, expected.Y1 - actual.Value.Y1, expected.X2 - actual.Value.X2, expected.Y2 - actual.Value.Y2 }.Max(Math.Abs);
                Assert.True(difference <= 1.01, $"{kind}, sample {i}, color {color}: {expected}, but the pixels are at {actual}");
                found++;
            }
        }

        Assert.True(found > 40, kind);
    }

    [Fact]
    public void Compose_Mosaic_HasFourImagesAroundACenter()
    {
        var composer = Composer(None with { Mosaic = 1 });
        var centers = new HashSet<(int, int)>();
        for (var i = 0; i < 100; i++)
        {
            var sample = composer.Compose(1, _order, i, Size, TestContext.Current.CancellationToken);
            var clips = sample.Images.Select(image => image.Placement.Clip).ToArray();
            var (x, y) = (clips[0].Right, clips[0].Bottom);

            Assert.Equal([new(0, 0, x, y), new(x, 0, sample.Width, y), new(0, y, x, sample.Height), new(x, y, sample.Width, sample.Height)], clips);
            Assert.InRange(x, .24 * sample.Width, .76 * sample.Width);
            Assert.InRange(y, .24 * sample.Height, .76 * sample.Height);
            // Each image reaches the center.
            Assert.All(sample.Images.Take(1), image => Assert.Equal((x, y), (image.Placement.Visible.Right, image.Placement.Visible.Bottom)));
            Assert.Equal((x, y), (sample.Images[3].Placement.Visible.Left, sample.Images[3].Placement.Visible.Top));
            Assert.Equal(_pictures.Images[1].Id, sample.Images[0].Source.Id);
            centers.Add((x, y));
        }

        Assert.True(centers.Count > 80);
    }

    [Fact]
    public void Compose_Mixup_BlendsPixelsAndHasTheBoxesOfBoth()
    {
        var composer = Composer(None with { Mixup = 1, MixupBeta = 1 });
        var weights = new List<double>();
        for (var i = 0; i < 40; i++)
        {
            var sample = composer.Compose(i % 5, _order, i, Size, TestContext.Current.CancellationToken);
            var (other, weight) = sample.Mixup!.Value;
            weights.Add(weight);
            var alone = sample with { Mixup = null };
            var (first, second, mixed) = (Render(alone), Render(other with { Width = sample.Width, Height = sample.Height }), Render(sample));

            Assert.InRange(Enumerable.Range(0, mixed.Length).Max(at => Math.Abs(mixed[at] - ((weight * first[at]) + ((1 - weight) * second[at])))), 0, 1.1);
            Assert.Equal(BatchImage.Create(alone, 0).Boxes.Concat(BatchImage.Create(other, 0).Boxes), BatchImage.Create(sample, 0).Boxes);
            // An object that is hardly visible is ignored.
            var image = BatchImage.Create(sample, .3);
            Assert.Equal(weight < .3 || weight > .7 ? 1 : 2, image.Boxes.Length);
            Assert.Equal(weight < .3 || weight > .7 ? 1 : 0, image.Ignored.Length);
        }

        Assert.True(weights.Min() < .2 && weights.Max() > .8);
    }

    [Fact]
    public void Compose_CopyPaste_CoversOthersUpToTheLimitOnly()
    {
        var composer = Composer(None with { CopyPaste = 1, CopyPasteMaxCover = .25 });
        var (pasted, covering) = (0, 0);
        for (var i = 0; i < Samples; i++)
        {
            var sample = composer.Compose(i % 5, _order, i, Size, TestContext.Current.CancellationToken);
            Assert.InRange(sample.Images.Count, 1, 2);
            if (sample.Images.Count == 1)
                continue;
            pasted++;
            var boxes = BatchImage.Create(sample, .3).Boxes;
            Assert.Equal(2, boxes.Length);
            var share = sample.Images[1].Placement.Visible.Clip(boxes[0]).Area / boxes[0].Area;
            Assert.InRange(share, 0, .25);
            covering += share > 0 ? 1 : 0;
        }

        Assert.True(pasted > Samples / 2);
        Assert.True(covering > 20);
    }

    [Fact]
    public void Create_CoveredObject_IsIgnored()
    {
        var sample = Composer(None).Compose(0, _order, 0, Size, TestContext.Current.CancellationToken);
        var covering = sample.Images[0] with { Source = _pictures.Images[1] with { Annotations = [] }, Placement = sample.Images[0].Placement with { Clip = new(20, 15, 58, 55) } };

        var image = BatchImage.Create(sample with { Images = [sample.Images[0], covering] }, .3);

        Assert.Empty(image.Boxes);
        Assert.Single(image.Ignored);
        Assert.Single(BatchImage.Create(sample with { Images = [sample.Images[0], covering] }, .2).Boxes);
    }

    [Fact]
    public void Compose_CrowdsAndEmptyImages_AreCarriedAlong()
    {
        for (var i = 0; i < 5; i++)
            _pictures.Images[i] = _pictures.Images[i] with { Annotations = i == 4 ? [] : [_pictures.Images[i].Annotations[0] with { IsCrowd = i < 3 }] };
        var composer = Composer(None with { Mosaic = .5, Mixup = .5, CopyPaste = .5, Crop = .5 });
        var (ignored, boxes) = (0, 0);
        for (var i = 0; i < 100; i++)
        {
            var image = BatchImage.Create(composer.Compose(i % 5, _order, i, Size, TestContext.Current.CancellationToken), 0);
            Assert.All(image.Classes, one => Assert.Equal(3, one));
            (ignored, boxes) = (ignored + image.Ignored.Length, boxes + image.Boxes.Length);
        }

        Assert.True(ignored > 60 && boxes > 30);
    }

    [Theory]
    [InlineData(.2)]
    [InlineData(.7)]
    public void Compose_Probabilities_AreThoseOfTheSettings(double probability)
    {
        var settings = None with { Mosaic = probability, Mixup = probability, Blur = probability, JpegNoise = probability, CopyPaste = probability, CopyPasteMaxCover = 1 };
        var samples = Compose(settings);

        Count(sample => sample.Images.Count >= 4);
        Count(sample => sample.Mixup is not null);
        Count(sample => sample.Images.Count is 2 or 5);
        Count(sample => sample.Degradation.BlurSigma > 0);
        Count(sample => sample.Degradation.JpegQuality > 0);
        Assert.All(samples, sample => Assert.True(sample.Degradation.BlurSigma is 0 or (>= .1 and <= 2) && sample.Degradation.JpegQuality is 0 or (>= 30 and <= 95)));

        // Four standard deviations.
        void Count(Func<TrainingSample, bool> has) =>
            Assert.InRange(samples.Count(has) - (probability * Samples), -4 * Math.Sqrt(Samples * .25), 4 * Math.Sqrt(Samples * .25));
    }

    [Fact]
    public void Compose_OtherSettingsOfOneAugmentation_LeaveTheOthersAsTheyAre()
    {
        var settings = None with { Mosaic = .4, Mixup = .4, CopyPaste = .4, Blur = .4, JpegNoise = .4, Hue = .1, HorizontalFlip = .5, MinScale = .8 };
        var samples = Compose(settings);

        Same(settings with { Mosaic = .9 }, sample => (sample.Mixup is null, sample.Degradation));
        Same(settings with { Mixup = 0 }, sample => (Placements(sample), sample.Degradation));
        Same(settings with { CopyPaste = 0 }, sample => (Placements(sample)[..Math.Min(sample.Images.Count, sample.Images.Count >= 4 ? 4 : 1)].Length, sample.Degradation, sample.Mixup?.Weight));
        Same(settings with { Blur = 0 }, sample => (Placements(sample), sample.Mixup?.Weight, sample.Degradation.JpegQuality));
        Same(settings with { JpegNoise = 1 }, sample => (Placements(sample), sample.Mixup?.Weight, sample.Degradation.BlurSigma));
        Same(settings with { Hue = .3, Brightness = .3 }, sample => (Placements(sample), sample.Mixup?.Weight, sample.Degradation));
        // A sample that was a mosaic remains the same one.
        var more = Compose(settings with { Mosaic = .9, CopyPaste = 0 });
        foreach (var (before, after) in Compose(settings with { CopyPaste = 0 }).Zip(more).Where(pair => pair.First.Images.Count == 4))
            Assert.Equal(Placements(before), Placements(after));
        Assert.True(more.Count(sample => sample.Images.Count == 4) > samples.Count(sample => sample.Images.Count >= 4));

        void Same<T>(AugmentationSettings other, Func<TrainingSample, T> select) => Assert.Equal(samples.Select(select), Compose(other).Select(select));

        static string Placements(TrainingSample sample) => string.Join(' ', sample.Images.Select(image => $"{image.Source.Id} {image.Placement}"));
    }

    [Fact]
    public void Compose_SampleWithCustomAugmentation_AugmentsEveryImage()
    {
        var custom = new Halving();
        var composer = Composer(None with { Mosaic = 1, Mixup = 1 }, custom);

        var sample = composer.Compose(0, _order, 0, Size, TestContext.Current.CancellationToken);

        Assert.Equal(5, custom.Calls);
        Assert.All(sample.Images.Concat(sample.Mixup!.Value.Sample.Images), image => Assert.Equal(image.Pixels!.Width, image.Source.Width));
    }

    private TrainingSample[] Compose(AugmentationSettings settings)
    {
        var composer = Composer(settings);
        return [.. Enumerable.Range(0, Samples).Select(i => composer.Compose(i % 5, _order, i, Size, TestContext.Current.CancellationToken))];
    }

    private SampleComposer Composer(AugmentationSettings settings, params IAugmentation[] custom) => new(_pictures.Set, settings, custom, _store, 3);

    private byte[] Render(TrainingSample sample)
    {
        var output = new byte[sample.Width * sample.Height * 3];
        SamplePixels.Write(sample, image => image.Pixels ?? _store.Read(image.Source), output, sample.Width * 3);
        return output;
    }

    /// <summary>The smallest box around the pixels that are closer to a color than to black and to the other colors.</summary>
    private static Box? Find(byte[] pixels, TrainingSample sample, (byte R, byte G, byte B) color)
    {
        Box? found = null;
        for (var y = 0; y < sample.Height; y++)
            for (var x = 0; x < sample.Width; x++)
            {
                var pixel = pixels.AsSpan(((y * sample.Width) + x) * 3, 3);
                if (Has(pixel[0], color.R) && Has(pixel[1], color.G) && Has(pixel[2], color.B))
                {
                    found = found is { } box
                        ? new(Math.Min(box.X1, x), Math.Min(box.Y1, y), Math.Max(box.X2, x + 1), Math.Max(box.Y2, y + 1))
                        : new(x, y, x + 1, y + 1);
                }
            }

        return found;

        static bool Has(byte value, byte wanted) => wanted == 255 ? value >= 115 : value < 115;
    }

    /// <summary>Halves images.</summary>
    private sealed class Halving : IAugmentation
    {
        public int Calls { get; private set; }

        public (Image Image, IReadOnlyList<Annotation> Annotations) Apply(Image image, IReadOnlyList<Annotation> annotations, RandomStream random)
        {
            Calls++;
            return (image.Resize(image.Width / 2, image.Height / 2), [.. annotations.Select(one => one with { Box = new(one.Box.X / 2, one.Box.Y / 2, one.Box.Width / 2, one.Box.Height / 2) })]);
        }
    }
}
