using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Imaging;
using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Tests.Data;

public class TrainingLoaderTests
{
    private static readonly LoaderOptions Options = new() { BatchSize = 4, Seed = 7 };

    private static readonly AugmentationSettings Rich = new()
    {
        VerticalFlip = .5,
        Rotate90 = .5,
        MinScale = .5,
        MaxScale = 1.5,
        Translate = .2,
        Brightness = .3,
        Contrast = .3,
        Saturation = .3,
    };

    // Every kind of augmentation, so that each occurs in some samples and not in others.
    private static readonly AugmentationSettings Everything = Rich.WithLargeScaleJitter() with
    {
        Crop = .5,
        MinInputScale = .6,
        MaxInputScale = 1.4,
        Hue = .1,
        Mosaic = .4,
        Mixup = .4,
        CopyPaste = .5,
        Blur = .4,
        JpegNoise = .4,
    };

    [Theory]
    [InlineData(1, 1, 1L << 30)]
    [InlineData(2, 4, 1L << 30)]
    [InlineData(4, 4, 1L << 30)]
    [InlineData(4, 8, 0)]
    [InlineData(2, 2, 100_000)]
    public void EnumerateEpoch_AnyThreadsAndCache_SameBatches(int workers, int prefetch, long cacheBytes)
    {
        using var pictures = Pictures.Mixed(18);
        var plain = Pictures.Loader(pictures.Set, Options with { Workers = 1, Prefetch = 1, CacheBytes = 0 }, Rich);
        var other = Pictures.Loader(pictures.Set, Options with { Workers = workers, Prefetch = prefetch, CacheBytes = cacheBytes }, Rich);

        for (var epoch = 0; epoch < 2; epoch++)
            Assert.Equal(Pictures.Fingerprints(plain.EnumerateEpoch(epoch)), Pictures.Fingerprints(other.EnumerateEpoch(epoch)));
    }

    [Theory]
    [InlineData(false, 1, 1L << 30)]
    [InlineData(false, 4, 0)]
    [InlineData(true, 3, 200_000)]
    public void EnumerateEpoch_EveryAugmentationWithAnyThreadsAndCache_SameBatchesFromAnyBatchOn(bool isSliced, int workers, long cacheBytes)
    {
        using var pictures = Pictures.Mixed(18);
        var set = isSliced ? new TrainingTiles(64, .3, 7).Slice(pictures.Set) : pictures.Set;
        var options = Options with { BatchesPerStep = 2, Repeats = [.. set.Images.Select((_, i) => 1 + (i % 4 * .4))] };
        var plain = Pictures.Loader(set, options with { Workers = 1, Prefetch = 1, CacheBytes = 0 }, Everything);
        var other = Pictures.Loader(set, options with { Workers = workers, Prefetch = workers, CacheBytes = cacheBytes }, Everything);
        var whole = Pictures.Fingerprints(plain.EnumerateEpoch(3));

        Assert.True(whole.Count > 5);
        Assert.Equal(whole, Pictures.Fingerprints(other.EnumerateEpoch(3)));
        for (var first = 1; first <= whole.Count; first += 2)
            Assert.Equal(whole[first..], Pictures.Fingerprints(other.EnumerateEpoch(3, first)));
        Assert.NotEqual(whole, Pictures.Fingerprints(other.EnumerateEpoch(4)));
    }

    [Fact]
    public void EnumerateEpoch_ComposedEpochs_LaterOnesHaveAllAugmentationsButComposition()
    {
        using var pictures = Pictures.Mixed(18);
        var loader = Pictures.Loader(pictures.Set, Options with { ComposedEpochs = 2 }, Everything);
        var composed = Pictures.Loader(pictures.Set, Options, Everything);
        var single = Pictures.Loader(pictures.Set, Options, Everything with { Mosaic = 0, Mixup = 0, CopyPaste = 0 });

        Assert.Equal(Pictures.Fingerprints(composed.EnumerateEpoch(1)), Pictures.Fingerprints(loader.EnumerateEpoch(1)));
        Assert.Equal(Pictures.Fingerprints(single.EnumerateEpoch(2)), Pictures.Fingerprints(loader.EnumerateEpoch(2)));
        Assert.NotEqual(Pictures.Fingerprints(composed.EnumerateEpoch(2)), Pictures.Fingerprints(loader.EnumerateEpoch(2)));
    }

    [Theory]
    [InlineData(1, 300, 300)]
    [InlineData(.95, 300, 285)]
    // 7.000000000000001 in floating point.
    [InlineData(.07, 100, 7)]
    [InlineData(.5, 3, 2)]
    [InlineData(0, 12, 0)]
    public void GetComposedEpochs_Fraction_IsRounded(double end, int epochs, int expected) =>
        Assert.Equal(expected, new AugmentationSettings { CompositionEnd = end }.GetComposedEpochs(epochs));

    [Fact]
    public void EnumerateEpoch_EveryAugmentation_BoxesAreInTheImages()
    {
        using var pictures = Pictures.Mixed(18);
        var loader = Pictures.Loader(pictures.Set, Options, Everything);
        var (boxes, ignored) = (0, 0);
        for (var epoch = 0; epoch < 5; epoch++)
        {
            foreach (var batch in loader.EnumerateEpoch(epoch))
            {
                using var used = batch;
                foreach (var image in batch.Images)
                {
                    Assert.True(image.Width <= batch.Width && image.Height <= batch.Height);
                    Assert.All(image.Boxes.Concat(image.Ignored), box => Assert.True(
                        box.X1 >= 0 && box.Y1 >= 0 && box.X2 <= image.Width && box.Y2 <= image.Height && box.Width >= 1 && box.Height >= 1));
                    Assert.Equal(image.Boxes.Length, image.Classes.Length);
                    (boxes, ignored) = (boxes + image.Boxes.Length, ignored + image.Ignored.Length);
                }
            }
        }

        Assert.True(boxes > 100 && ignored > 5);
    }

    [Fact]
    public void EnumerateEpoch_MultiScale_DrawsASizeForEachStep()
    {
        using var pictures = new Pictures();
        for (var i = 0; i < 48; i++)
            pictures.Add(100, 100);
        var loader = Pictures.Loader(pictures.Set, Options with { BatchSize = 1, BatchesPerStep = 4 }, AugmentationSettings.None with { MinInputScale = .6, MaxInputScale = 1.4 });
        var sizes = new List<(int, int)>();
        for (var epoch = 0; epoch < 4; epoch++)
        {
            var epochSizes = new List<(int, int)>();
            foreach (var batch in loader.EnumerateEpoch(epoch))
                using (batch)
                    epochSizes.Add((batch.Width, batch.Height));
            Assert.All(epochSizes.Chunk(4), step => Assert.Single(step.Distinct()));
            sizes.AddRange(epochSizes);
        }

        // 96 times .6 to 1.4.
        Assert.Equal([(64, 64), (96, 96), (128, 128)], sizes.Distinct().Order());
        Assert.All(sizes.CountBy(size => size), size => Assert.InRange(size.Value, 4 * 8, 4 * 26));
    }

    [Fact]
    public void EnumerateEpoch_Repeats_AreTheSamplesOfAnEpoch()
    {
        using var pictures = Pictures.Mixed(6);
        var loader = Pictures.Loader(pictures.Set, Options with { BatchSize = 2, Repeats = [1, 1, 1, 2, 3, 1.5] });

        var ids = Ids(loader.EnumerateEpoch(0));

        Assert.Equal(4, loader.BatchesPerEpoch);
        Assert.Equal(8, ids.Count);
        Assert.True(Ids(loader.EnumerateEpoch(1)).Count(id => id == 5) >= 2);
    }

    [Fact]
    public void EnumerateEpoch_FlipsScaleAndColor_KeepTheirDraws()
    {
        // A run that was started with an earlier version goes on with the same images. The digest is that of the loader before it could combine images.
        using var pictures = Pictures.Mixed(18);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var batch in Pictures.Loader(pictures.Set, Options, Rich).EnumerateEpoch(2))
        {
            using var used = batch;
            hash.AppendData(batch.Pixels);
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{batch.Width} {batch.Height} {string.Join(' ', batch.Images.SelectMany(image => image.Boxes.Concat(image.Ignored)))}")));
        }

        Assert.Equal("5dcd58d65818d545", Convert.ToHexStringLower(hash.GetHashAndReset())[..16]);
    }

    [Fact]
    public void EnumerateEpoch_FromAnyBatch_GoesOnAsTheWholeEpoch()
    {
        using var pictures = Pictures.Mixed(18);
        var whole = Pictures.Fingerprints(Pictures.Loader(pictures.Set, Options, Rich).EnumerateEpoch(3));

        for (var first = 0; first <= 4; first++)
            Assert.Equal(whole[first..], Pictures.Fingerprints(Pictures.Loader(pictures.Set, Options, Rich).EnumerateEpoch(3, first)));
    }

    [Fact]
    public void EnumerateEpoch_UsesEveryImageOnceAndEpochsDiffer()
    {
        using var pictures = Pictures.Mixed(18);
        var loader = Pictures.Loader(pictures.Set, Options);
        var orders = Enumerable.Range(0, 3).Select(epoch => Ids(loader.EnumerateEpoch(epoch))).ToArray();

        Assert.Equal(4, loader.BatchesPerEpoch);
        Assert.All(orders, order => Assert.Equal(16, order.Distinct().Count()));
        Assert.NotEqual(orders[0], orders[1]);
        Assert.NotEqual(orders[1], orders[2]);
    }

    [Fact]
    public void EnumerateEpoch_SetBelowOneBatch_Repeats()
    {
        using var pictures = Pictures.Mixed(3);

        var ids = Ids(Pictures.Loader(pictures.Set, Options).EnumerateEpoch(0));

        Assert.Equal(4, ids.Count);
        Assert.Equal([1, 2, 3], ids.Distinct().Order());
    }

    [Fact]
    public void EnumerateEpoch_Ranks_ShareTheBatchesOfOneProcess()
    {
        // Five batches, of which two processes leave out one: the draws of the next epoch must not notice.
        using var pictures = Pictures.Mixed(21);
        var alone = Boxes(Options);

        var ranks = Enumerable.Range(0, 2).Select(rank => Boxes(Options with { Rank = rank, Ranks = 2 })).ToArray();

        Assert.Equal(5, alone.Length);
        Assert.Equal(alone[..4], ranks[0].Zip(ranks[1], (a, b) => (string[])[a, b]).SelectMany(pair => pair));

        // The boxes tell how the images were augmented.
        string[] Boxes(LoaderOptions options) => [.. Pictures.Loader(pictures.Set, options, Rich).EnumerateEpoch(1).Select(batch =>
        {
            using var used = batch;
            return string.Join(' ', batch.Images.Select(image => $"{image.Source.Id}: {string.Join(' ', image.Boxes)}"));
        })];
    }

    [Fact]
    public void EnumerateEpoch_Targets_AreTheAssignersInTheLayoutOfTheHeads()
    {
        using var pictures = Pictures.Mixed(8);
        var (anchors, assigner) = (new AnchorGenerator(new()), new IouAssigner(new()));
        foreach (var batch in Pictures.Loader(pictures.Set, Options).EnumerateEpoch(0))
        {
            using var used = batch;
            var grid = anchors.Generate(batch.Height, batch.Width);
            var positives = 0;
            for (var i = 0; i < batch.Count; i++)
            {
                var expected = assigner.Assign(grid, batch.Images[i].Boxes, batch.Images[i].Classes);
                Assert.Equal(expected.Labels, batch.Targets.Levels.SelectMany(level => level.Labels.Slice(i * level.AnchorsPerImage, level.AnchorsPerImage).ToArray()));
                positives += expected.Positives.Length;
            }
            Assert.Equal(positives, batch.Targets.PositiveCount);
            Assert.True(positives > 0);
            for (var l = 0; l < batch.Targets.Levels.Count; l++)
            {
                var level = batch.Targets.Levels[l];
                Assert.Equal(Enumerable.Range(0, level.Labels.Length).Where(i => batch.Targets.Levels[l].Labels[i] >= 0), level.Positives.ToArray());
                for (var i = 0; i < level.Positives.Length; i++)
                {
                    var (image, anchor) = Math.DivRem(level.Positives[i], level.AnchorsPerImage);
                    Assert.Equal(grid.Boxes[grid.Levels[l].Offset + anchor], level.PositiveAnchors[i]);
                    Assert.Equal(level.Labels[level.Positives[i]], batch.Images[image].Classes[Array.IndexOf(batch.Images[image].Boxes, level.PositiveTargets[i])]);
                }
            }
        }
    }

    [Fact]
    public void EnumerateEpoch_DifferentSizes_SharePaddingThatIsBlack()
    {
        using var pictures = new Pictures();
        pictures.Add(96, 96, new Box(10, 10, 50, 50));
        pictures.Add(96, 150);
        pictures.Add(130, 96);
        foreach (var batch in Pictures.Loader(pictures.Set, Options with { BatchSize = 3 }, AugmentationSettings.None).EnumerateEpoch(0))
        {
            using var used = batch;
            Assert.Equal((160, 160), (batch.Width, batch.Height));
            Assert.Equal(3 * 160 * 160 * 3, batch.Pixels.Length);
            for (var i = 0; i < 3; i++)
            {
                var image = batch.Images[i];
                var pixels = batch.Pixels.Slice(i * 160 * 480, 160 * 480);
                Assert.Equal((image.Source.Width, image.Source.Height), (image.Width, image.Height));
                var decoded = Image.Load(image.Source.Path).Pixels;
                for (var y = 0; y < 160; y++)
                {
                    var row = pixels.Slice(y * 480, 480);
                    var inside = y < image.Height ? image.Width * 3 : 0;
                    Assert.True(row[..inside].SequenceEqual(decoded.Slice(Math.Min(y, image.Height - 1) * image.Width * 3, inside)));
                    Assert.False(row[inside..].ContainsAnyExcept((byte)0));
                }
            }
        }
    }

    [Fact]
    public void EnumerateEpoch_ImagesWithoutBoxes_AreBackground()
    {
        using var pictures = new Pictures();
        pictures.Add(100, 100);
        pictures.Add(100, 100);
        foreach (var batch in Pictures.Loader(pictures.Set, Options with { BatchSize = 2 }).EnumerateEpoch(0))
        {
            using var used = batch;
            Assert.Equal(0, batch.Targets.PositiveCount);
            Assert.All(batch.Targets.Levels, level => Assert.False(level.Labels.ContainsAnyExcept(SigmoidLoss.Background)));
        }
    }

    [Fact]
    public void EnumerateEpoch_ManyEpochs_UseTheSameBuffers()
    {
        using var pictures = Pictures.Mixed(18);
        var loader = Pictures.Loader(pictures.Set, Options with { Workers = 2, Prefetch = 3 }, Rich);
        for (var epoch = 0; epoch < 20; epoch++)
            Pictures.Fingerprints(loader.EnumerateEpoch(epoch));

        // Three ahead and the one in use.
        Assert.InRange(loader.Pool.Created, 1, 4);
        Assert.Equal(loader.Pool.Created, loader.Pool.Free);
    }

    [Fact]
    public void EnumerateEpoch_LeftEarly_ReturnsWhatWasMadeAhead()
    {
        using var pictures = Pictures.Mixed(18);
        var loader = Pictures.Loader(pictures.Set, Options with { Prefetch = 3 });
        foreach (var batch in loader.EnumerateEpoch(0))
        {
            batch.Dispose();
            Assert.Throws<ObjectDisposedException>(() => batch.Pixels.Length);
            break;
        }

        Assert.Equal(loader.Pool.Created, loader.Pool.Free);
    }

    [Fact]
    public void EnumerateEpoch_CorruptImage_ThrowsWithItsName()
    {
        using var pictures = Pictures.Mixed(8);
        File.WriteAllBytes(pictures.Images[5].Path, [1, 2, 3, 4]);
        var loader = Pictures.Loader(pictures.Set, Options);

        var error = Assert.Throws<ImageException>(() => Pictures.Fingerprints(loader.EnumerateEpoch(0)));

        Assert.Contains(pictures.Images[5].Path, error.Message);
        Assert.Equal(loader.Pool.Created, loader.Pool.Free);
    }

    [Fact]
    public void EnumerateEpoch_ImageOfAnotherSize_ThrowsWithBothSizes()
    {
        using var pictures = new Pictures();
        pictures.Images.Add(pictures.Add(400, 300) with { Width = 300, Height = 400 });

        var error = Assert.Throws<DatasetException>(() => Pictures.Fingerprints(Pictures.Loader(pictures.Set, Options with { BatchSize = 2 }).EnumerateEpoch(0)));

        Assert.Contains("400 x 300", error.Message);
        Assert.Contains("300 x 400", error.Message);
    }

    [Fact]
    public void EnumerateEpoch_Cancelled_Throws()
    {
        using var pictures = Pictures.Mixed(18);
        using var stop = new CancellationTokenSource();
        var loader = Pictures.Loader(pictures.Set, Options with { Prefetch = 1 });

        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (var batch in loader.EnumerateEpoch(0, 0, stop.Token))
            {
                batch.Dispose();
                stop.Cancel();
            }
        });
        Assert.Equal(loader.Pool.Created, loader.Pool.Free);
    }

    [Fact]
    public void New_WithoutImagesOrSizes_Throws()
    {
        using var pictures = new Pictures();
        Assert.Throws<DatasetException>(() => Pictures.Loader(pictures.Set, Options));
        pictures.Images.Add(Pictures.Describe(0, 0));
        Assert.Throws<DatasetException>(() => Pictures.Loader(pictures.Set, Options));
    }

    [SharedDataFact]
    public void EnumerateEpoch_Bccd_KeepsEveryBox()
    {
        var set = DetectionDataset.Open(SharedData.At("data", "bccd"));
        var loader = Pictures.Loader(set, Options, side: 240);
        var (boxes, images) = (0, 0);
        foreach (var batch in loader.EnumerateEpoch(0))
        {
            using var used = batch;
            Assert.Equal((320, 256), (batch.Width, batch.Height));
            foreach (var image in batch.Images)
            {
                Assert.All(image.Boxes, box => Assert.True(box is { X1: >= 0, Y1: >= 0, X2: <= 320, Y2: <= 240, Width: >= 1, Height: >= 1 }));
                Assert.Equal(image.Source.Annotations.Count, image.Boxes.Length);
                boxes += image.Boxes.Length;
                images++;
            }
        }

        Assert.Equal(292, images);
        Assert.Equal(set.Images.Sum(image => image.Annotations.Count), boxes);
    }

    private static List<long> Ids(IEnumerable<TrainingBatch> batches)
    {
        var ids = new List<long>();
        foreach (var batch in batches)
            using (batch)
                ids.AddRange(batch.Images.Select(image => image.Source.Id));
        return ids;
    }
}
