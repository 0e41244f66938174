using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Tests.Anchors;

public sealed class AnchorFitterTests
{
    private static readonly RunSettings Settings = Presets.Small with { Input = new(256, 320) };

    [Theory]
    [InlineData(AnchorCompatibility.Exact)]
    [InlineData(AnchorCompatibility.Torchvision)]
    public void Coverage_RandomBoxes_IsThatOfAllAnchorsOfTheGrid(AnchorCompatibility compatibility)
    {
        var anchors = Settings.Model.Anchors with { Compatibility = compatibility };
        var dataset = RandomDataset(seed: 1, images: 20);
        var boxes = InputBoxes.Create(dataset, Settings.Input, default);

        var ious = new AnchorMatch(boxes, anchors).BestIous(anchors);

        var generator = new AnchorGenerator(anchors);
        for (var i = 0; i < boxes.Count; i++)
        {
            var box = new Box(boxes.CenterX[i] - boxes.Widths[i] / 2, boxes.CenterY[i] - boxes.Heights[i] / 2, boxes.CenterX[i] + boxes.Widths[i] / 2, boxes.CenterY[i] + boxes.Heights[i] / 2);
            var expected = boxes.HasVanished(i) ? 0 : generator.Generate(boxes.PaddedSizes[i].Height, boxes.PaddedSizes[i].Width).Boxes.ToArray().Max(anchor => Iou.Compute(anchor, box));
            Assert.Equal(expected, ious[i], 1e-4f);
        }
    }

    [Fact]
    public void Coverage_Groups_HaveAllBoxes()
    {
        var coverage = AnchorCoverage.Compute(RandomDataset(seed: 2, images: 30), Settings);

        Assert.True(coverage.All.Boxes > 50 && coverage.All.Covered > 0 && coverage.All.MeanBestIou is > 0 and <= 1);
        foreach (var groups in new[] { coverage.BySize, coverage.ByScaledSize, coverage.ByAspect })
        {
            Assert.Equal(coverage.All.Boxes, groups.Sum(group => group.Boxes));
            Assert.Equal(coverage.All.Covered, groups.Sum(group => group.Covered));
        }
    }

    [Fact]
    public void Coverage_SizesAndShapes_AreInTheirGroups()
    {
        // At twice their size: 20 x 20 is small and 40 px at the input size; 100 x 20 is medium, 5:1; 4 x 40 is small, 1:10.
        var dataset = Dataset([Image(1, 160, 128, new(10, 10, 20, 20), new(30, 40, 100, 20), new(2, 60, 4, 40))]);

        var coverage = AnchorCoverage.Compute(dataset, Settings);

        Assert.Equal([2, 1, 0], coverage.BySize.Select(group => group.Boxes));
        Assert.Equal([0, 0, 1, 1, 1, 0, 0], coverage.ByScaledSize.Select(group => group.Boxes));
        Assert.Equal([1, 0, 0, 1, 0, 0, 1], coverage.ByAspect.Select(group => group.Boxes));
    }

    [Fact]
    public void Coverage_BoxBelowAPixel_IsCountedAndNotCovered()
    {
        var dataset = Dataset([Image(1, 2560, 2560, new(100, 100, 6, 6), new(500, 500, 320, 320))]);

        var coverage = AnchorCoverage.Compute(dataset, Settings);

        Assert.Equal((2, 1, 1), (coverage.All.Boxes, coverage.All.Covered, coverage.VanishedBoxes));
    }

    [Fact]
    public void Coverage_CrowdsDegenerateBoxesAndUnknownSizes_AreLeftOut()
    {
        var crowd = Image(1, 256, 256, new BoxXywh(10, 10, 50, 50));
        crowd = crowd with { Annotations = [crowd.Annotations[0] with { IsCrowd = true }] };

        var coverage = AnchorCoverage.Compute(Dataset([crowd, Image(2, 256, 256, new BoxXywh(9, 9, 0, 5)), Image(3, 0, 0, new BoxXywh(1, 1, 9, 9))]), Settings);

        Assert.Equal(0, coverage.All.Boxes);
        Assert.True(double.IsNaN(coverage.All.CoveredShare));
    }

    [Fact]
    public void Fit_NoBoxes_IsUnchanged()
    {
        var fit = AnchorFitter.Fit(Dataset([Image(1, 256, 256)]), Settings);

        Assert.False(fit.IsChanged);
        Assert.Same(Settings.Model.Anchors, fit.Anchors);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Fit_RandomBoxes_NeverCoversLess(int seed)
    {
        var random = new Random(seed);
        var settings = Settings with
        {
            Model = Settings.Model with
            {
                Anchors = new()
                {
                    Scales = [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Math.Exp(random.NextDouble() * 2 - 1)).Order()],
                    Ratios = [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Math.Exp(random.NextDouble() * 2 - 1)).Order()],
                    BaseSize = 1 + random.Next(4),
                    Compatibility = (AnchorCompatibility)(seed % 2),
                },
            },
        };
        var dataset = RandomDataset(seed, images: 25);

        var fit = AnchorFitter.Fit(dataset, settings, new() { FitsInput = false });

        Assert.True(fit.After.All.Covered >= fit.Before.All.Covered, $"{fit.Before.All} {fit.After.All}");
        Assert.All(fit.After.BySize.Zip(fit.Before.BySize), pair => Assert.True(pair.First.Covered >= pair.Second.Covered, $"{pair.Second} {pair.First}"));
        Assert.Equal(fit.After.All, AnchorCoverage.Compute(dataset, fit.ApplyTo(settings)).All);
        Assert.Equal((settings.Model.Anchors.Scales.Count, settings.Model.Anchors.Ratios.Count), (fit.Anchors.Scales.Count, fit.Anchors.Ratios.Count));
        fit.ApplyTo(settings).Validate();
    }

    [Fact]
    public void Fit_BoxesOfKnownAnchors_CoversAll()
    {
        var known = Settings.Model.Anchors with { Scales = [1.6, 2.4], Ratios = [.22, 1.1, 4.2], MaxLevel = 5 };
        var start = Settings with { Model = Settings.Model with { Anchors = known with { Scales = [1, 1.4], Ratios = [.5, 1, 2] } } };
        var dataset = AnchorsAsBoxes(known, seed: 5);
        Assert.Equal(1, AnchorCoverage.Compute(dataset, start with { Model = start.Model with { Anchors = known } }).All.CoveredShare);

        var fit = AnchorFitter.Fit(dataset, start, new() { FitsLevels = false, FitsInput = false });

        Assert.True(fit.Before.All.CoveredShare < .8, $"{fit.Before.All}");
        Assert.Equal(1, fit.After.All.CoveredShare);
        Assert.True(fit.After.All.MeanBestIou > .85, $"{fit.After.All}");
    }

    [Fact]
    public void Fit_Twice_IsTheSame()
    {
        var dataset = RandomDataset(seed: 9, images: 20);

        var (one, other) = (AnchorFitter.Fit(dataset, Settings), AnchorFitter.Fit(dataset, Settings));

        Assert.Equal(one.Anchors.Scales, other.Anchors.Scales);
        Assert.Equal(one.Anchors.Ratios, other.Anchors.Ratios);
        Assert.Equal((one.Input, one.After.All), (other.Input, other.After.All));
    }

    [Fact]
    public void Fit_Options_KeepWhatTheyFix()
    {
        var dataset = Dataset([.. Enumerable.Range(1, 10).Select(id => Image(id, 256, 256, new BoxXywh(8 * id, 40, 9, 80)))]);

        var fit = AnchorFitter.Fit(dataset, Settings, new() { FitsScales = false, FitsLevels = false, FitsInput = false });

        Assert.True(fit.IsChanged);
        Assert.Same(Settings.Model.Anchors.Scales, fit.Anchors.Scales);
        Assert.Equal((3, 7, Settings.Input), (fit.Anchors.MinLevel, fit.Anchors.MaxLevel, fit.Input));
        Assert.NotEqual(Settings.Model.Anchors.Ratios, fit.Anchors.Ratios);
    }

    [Fact]
    public void Fit_BoxesThatAreSmallerThanTheStride_GetALargerInput()
    {
        var random = new Random(4);
        var dataset = Dataset([.. Enumerable.Range(1, 60).Select(id => Image(id, 2560, 2560, new BoxXywh(random.Next(2500), random.Next(2500), 50, 50)))]);

        var fit = AnchorFitter.Fit(dataset, Settings with { Input = new(256, 256) }, new() { FitsLevels = false });

        Assert.True(fit.Input.Short > 256 && fit.Input.Short == fit.Input.Long, $"{fit.Input}");
        Assert.True(fit.After.All.CoveredShare > fit.Before.All.CoveredShare + .1, $"{fit.Before.All} {fit.After.All}");
    }

    [Theory]
    [InlineData(false, 384)]
    [InlineData(true, 256)]
    public void Fit_LargerInput_LosesNoBoxesOfASize(bool hasMediumBoxes, int expected)
    {
        // Anchors of 32 and 64 pixels. At 1.5 times the size, they cover the boxes of 16 pixels, but no longer those of 64.
        var settings = Settings with { Model = Settings.Model with { Anchors = new() { MinLevel = 3, MaxLevel = 4, Scales = [1], Ratios = [1] } }, Input = new(256, 256) };
        BoxXywh[] small = [.. Enumerable.Range(1, 9).Select(i => new BoxXywh(24 * i - 8, 24, 16, 16))];
        var dataset = Dataset([Image(1, 256, 256, [.. small, .. hasMediumBoxes ? (BoxXywh[])[new(96, 96, 64, 64)] : []])]);

        var fit = AnchorFitter.Fit(dataset, settings, new() { FitsScales = false, FitsRatios = false, FitsLevels = false });

        Assert.Equal(expected, fit.Input.Short);
        Assert.Equal(hasMediumBoxes ? 1 : 9, fit.After.All.Covered);
    }

    [Fact]
    public void Fit_Canceled_Throws()
    {
        var dataset = RandomDataset(seed: 3, images: 3);

        Assert.Throws<OperationCanceledException>(() => AnchorFitter.Fit(dataset, Settings, cancellationToken: new(canceled: true)));
    }

    // Boxes at the centers of anchors, so that the shapes alone decide.
    private static DetectionDataset AnchorsAsBoxes(AnchorSettings anchors, int seed)
    {
        var random = new Random(seed);
        var grid = new AnchorGenerator(anchors).Generate(256, 320);
        Assert.Equal(new PaddedSize(1, 256, 320), PaddedSize.Compute([(320, 256)]));
        var inside = grid.Boxes.ToArray().Where(box => box is { X1: >= 0, Y1: >= 0, X2: <= 320, Y2: <= 256 }).ToArray();
        return Dataset([.. Enumerable.Range(1, 40).Select(id => Image(id, 320, 256, [.. Enumerable.Range(0, 5).Select(_ => BoxXywh.FromCorners(inside[random.Next(inside.Length)]))]))]);
    }

    private static DetectionDataset RandomDataset(int seed, int images)
    {
        var random = new Random(seed);
        return Dataset([.. Enumerable.Range(1, images).Select(id =>
        {
            var (width, height) = (100 + random.Next(900), 100 + random.Next(900));
            return Image(id, width, height, [.. Enumerable.Range(0, random.Next(8)).Select(_ =>
            {
                var (w, h) = (1 + random.NextDouble() * random.NextDouble() * width, 1 + random.NextDouble() * random.NextDouble() * height);
                return new BoxXywh(random.NextDouble() * (width - w), random.NextDouble() * (height - h), w, h);
            })]);
        })]);
    }

    private static DetectionDataset Dataset(IReadOnlyList<AnnotatedImage> images) => new() { Source = "test", Categories = [new(1, "one")], Images = images };

    private static AnnotatedImage Image(long id, int width, int height, params BoxXywh[] boxes) => new()
    {
        Id = id,
        FileName = $"{id}.png",
        Path = $"{id}.png",
        Width = width,
        Height = height,
        Annotations = [.. boxes.Select((box, i) => new Annotation { Id = i, Category = 0, Box = box, Area = box.Area })],
    };
}
