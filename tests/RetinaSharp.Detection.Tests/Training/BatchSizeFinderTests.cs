using RetinaSharp.Datasets;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Training;

[Collection(TorchCollection.Name)]
public sealed class BatchSizeFinderTests
{
    private const long Plenty = 1L << 40;

    // A step of n images needs 100 + 30 n.
    [Theory]
    [InlineData(130, 1)]
    [InlineData(159, 1)]
    [InlineData(160, 2)]
    [InlineData(219, 2)]
    [InlineData(220, 4)]
    [InlineData(339, 4)]
    [InlineData(340, 8)]
    [InlineData(579, 8)]
    [InlineData(580, 16)]
    public void Choose_Budget_IsTheLargestPowerOfTwoThatFits(long budget, int expected)
    {
        var fit = Choose(batch => 100 + 30 * batch, budget, shards: 1);

        Assert.Equal(new(expected, 100 + 30 * expected, Plenty, BatchSizeLimit.Memory), fit);
    }

    [Theory]
    [InlineData(2, new[] { 1, 2, 4, 8 }, 16)]
    [InlineData(3, new[] { 1, 3, 6, 12 }, 12)]
    [InlineData(1, new[] { 1, 2, 4 }, 16)]
    public void Choose_Shards_MeasuresUpToFourImagesPerShardAndReturnsAMultiple(int shards, int[] expected, int batch)
    {
        var measured = new List<int>();

        var fit = Choose(
            one =>
            {
                measured.Add(one);
                return 100 + 30 * one;
            }, 600, shards);

        Assert.Equal(expected, measured);
        Assert.Equal(batch, fit.Batch);
    }

    // What is measured at one image on one shard must not decide about larger batches: each shard adds 50 for its gradients.
    [Fact]
    public void Choose_MemoryOfShards_IsNotExtrapolated() =>
        Assert.Equal(8, Choose(batch => 100 + 30 * batch + 50 * Math.Min(2, batch), 100 + 30 * 8 + 50 * 2, shards: 2).Batch);

    [Fact]
    public void Choose_TwiceTheMemoryIsMoreThanAvailable_IsNotRun()
    {
        var measured = new List<int>();

        var fit = Choose(
            batch =>
            {
                measured.Add(batch);
                return 100;
            }, 150, shards: 1, available: 199);

        Assert.Equal([1], measured);
        Assert.Equal((1, BatchSizeLimit.Memory), (fit.Batch, fit.Limit));
    }

    [Fact]
    public void Choose_StepRunsOutOfMemory_IsTheBatchBefore()
    {
        var fit = Choose(batch => batch == 4 ? StepMemory.OutOfMemory : 100 + batch, Plenty, shards: 2);

        Assert.Equal((2, 102, BatchSizeLimit.Memory), (fit.Batch, fit.StepBytes, fit.Limit));
    }

    [Fact]
    public void Choose_MemoryThatDoesNotGrow_IsLimitedByTheMaximum() =>
        Assert.Equal(new(BatchSizeFinder.MaxBatch, 100, Plenty, BatchSizeLimit.Maximum), Choose(_ => 100, 100, shards: 2));

    [Theory]
    [InlineData(320, 1, 16)]
    [InlineData(319, 1, 8)]
    [InlineData(320, 2, 8)]
    [InlineData(10, 1, 4)]
    [InlineData(3, 1, 3)]
    public void Choose_SmallDataset_KeepsStepsPerEpochAndOneImagePerShard(int epoch, int accumulate, int expected)
    {
        var fit = BatchSizeFinder.Choose(batch => batch, Plenty, Plenty, new() { Shards = 4, Accumulate = accumulate }, epoch);

        Assert.Equal((expected, BatchSizeLimit.Dataset), (fit.Batch, fit.Limit));
    }

    [Fact]
    public void Choose_NotEvenOneImageFits_ThrowsWithTheNumbersAndTheRemedy()
    {
        var error = Assert.Throws<InsufficientMemoryException>(() => BatchSizeFinder.Choose(_ => 5_200_000_000, 4_000_000_000, 3_100_000_000, new(), 100));

        Assert.StartsWith("A training step with one image needs 5.2 GB of memory, but only 3.1 GB of 4.0 GB", error.Message);
        Assert.Contains("smaller input size", error.Message);
    }

    [Fact]
    public void Choose_OneImageRunsOutOfMemory_Throws() =>
        Assert.Contains("more memory than there is", Assert.Throws<InsufficientMemoryException>(() => BatchSizeFinder.Choose(_ => StepMemory.OutOfMemory, 1, 1, new(), 100)).Message);

    [Theory]
    [InlineData(DeviceType.CPU, 1, 8_000_000_000 - (3 * 1000 * 2000))]
    [InlineData(DeviceType.CUDA, 1, 8_000_000_000)]
    // The cache holds 1 GiB at most.
    [InlineData(DeviceType.CPU, 1000, 8_000_000_000 - (1L << 30))]
    public void Budget_Device_IsMostOfTheMemoryWithoutTheCacheOfImages(DeviceType device, int images, long expected)
    {
        var image = new AnnotatedImage { Id = 1, FileName = "a", Path = "a", Width = 1000, Height = 2000, Annotations = [] };
        var set = new DetectionDataset { Source = "set", Categories = [], Images = [.. Enumerable.Repeat(image, images)] };

        Assert.Equal(expected, BatchSizeFinder.Budget(10_000_000_000, device, set, TinyRun.Settings));
    }

    [Fact]
    public void LargestImage_LandscapeAndPortrait_FitsBoth()
    {
        var image = LargestImage(AugmentationSettings.None, (1000, 500), (300, 1000), (600, 600));

        // 600 x 300 and 270 x 900, rounded up to multiples of 32.
        Assert.Equal((608, 928), (image.Width, image.Height));
    }

    [Fact]
    public void LargestImage_Rotation_FitsBothDirections()
    {
        var image = LargestImage(new() { Rotate90 = .1 }, (1000, 500));

        Assert.Equal((608, 608), (image.Width, image.Height));
    }

    [Fact]
    public void LargestImage_Crop_FitsAnyShape()
    {
        var image = LargestImage(new() { Crop = .1 }, (1000, 500));

        Assert.Equal((928, 928), (image.Width, image.Height));
    }

    [Fact]
    public void LargestImage_MultiScale_HasTheLargestInput()
    {
        // The largest multiple of 32 up to 1.25 * 300 is 352, the long side 1056.
        var image = LargestImage(AugmentationSettings.None.WithMultiScale(), (1000, 500));

        Assert.Equal((704, 352), (image.Width, image.Height));
    }

    [Fact]
    public void Measure_MoreImages_NeedsMoreMemoryAndLeavesNoTensors()
    {
        var settings = TinyRun.Settings;
        var image = LargestImage(AugmentationSettings.None, (1280, 960)) with { Boxes = [new(40, 40, 200, 200)], Classes = [0] };
        // Freed memory of the process, which the steps could use without a larger resident memory.
        var kept = Enumerable.Range(0, 6000).Select(_ => ones(20_000)).ToList();
        foreach (var tensor in kept[..^1])
            tensor.Dispose();
        using var last = kept[^1];
        var memory = new StepMemory(settings, RetinaNetArchitecture.Create(settings, 2), image, TinyRun.Options(""), CPU);
        var tensors = TensorCount.Alive;
        var threads = LibTorch.Threads;

        var (one, three) = (memory.Measure(1, TestContext.Current.CancellationToken), memory.Measure(3, TestContext.Current.CancellationToken));

        // The activations of the first stages alone: 16 channels at a quarter of the resolution, eight times.
        var activations = image.Width * image.Height / 16L * 16 * sizeof(float) * 8;
        Assert.InRange(one, activations, 100 * activations);
        Assert.InRange(three - one, activations, 100 * activations);
        Assert.Equal((tensors, threads), (TensorCount.Alive, LibTorch.Threads));
    }

    [Theory]
    [InlineData(AssignmentAndLoss.Default)]
    [InlineData(AssignmentAndLoss.Predictions)]
    [InlineData(AssignmentAndLoss.Sampling)]
    public void Find_SmallDataset_IsMeasuredWithEveryKindOfStep(AssignmentAndLoss kind)
    {
        using var rectangles = new Rectangles(40);
        var settings = kind switch
        {
            AssignmentAndLoss.Predictions => TinyRun.Settings with { Assigner = new() { Kind = AssignerKind.SimOta } },
            AssignmentAndLoss.Sampling => TinyRun.Settings with { Loss = TinyRun.Settings.Loss.WithClassification(ClassificationLossKind.CrossEntropy) with { Sampling = SamplingSettings.ForKind(SamplingKind.Ohem) } },
            _ => TinyRun.Settings,
        };

        var fit = BatchSizeFinder.Find(rectangles.Set, settings, TinyRun.Options(""), TestContext.Current.CancellationToken);

        // 40 images in at least 20 steps.
        Assert.Equal((2, BatchSizeLimit.Dataset), (fit.Batch, fit.Limit));
        Assert.InRange(fit.StepBytes, 0, fit.AvailableBytes);
        Assert.Equal(2, fit.ApplyTo(settings).Training.Batch);
        Assert.Equal(settings, fit.ApplyTo(settings) with { Training = settings.Training });
    }

    [Fact]
    public void Find_Canceled_Throws()
    {
        using var rectangles = new Rectangles(4);

        Assert.Throws<OperationCanceledException>(() => BatchSizeFinder.Find(rectangles.Set, TinyRun.Settings, TinyRun.Options(""), new(canceled: true)));
    }

    [Fact]
    public void Find_NoImageOfKnownSize_Throws()
    {
        using var rectangles = new Rectangles(1);
        var set = rectangles.Set with { Images = [rectangles.Set.Images[0] with { Width = 0 }] };

        Assert.Throws<DatasetException>(() => BatchSizeFinder.Find(set, TinyRun.Settings, TinyRun.Options("")));
    }

    public enum AssignmentAndLoss
    {
        Default,
        Predictions,
        Sampling,
    }

    private static BatchSizeFit Choose(Func<int, long> measure, long budget, int shards, long available = Plenty) =>
        BatchSizeFinder.Choose(measure, available, budget, new() { Shards = shards }, epoch: 100_000);

    private static BatchImage LargestImage(AugmentationSettings augmentation, params (int Width, int Height)[] sizes) => BatchSizeFinder.LargestImage(
        new()
        {
            Source = "sizes",
            Categories = [new(1, "one")],
            Images = [.. sizes.Select((size, i) => new AnnotatedImage { Id = i, FileName = $"{i}", Path = $"{i}", Width = size.Width, Height = size.Height, Annotations = [] })],
        },
        TinyRun.Settings with { Input = new(300, 900), Augmentation = augmentation }, TrainingComponents.BuiltIn);
}
