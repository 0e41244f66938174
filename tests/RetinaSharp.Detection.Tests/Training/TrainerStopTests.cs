using RetinaSharp.Datasets;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Kernels;

namespace RetinaSharp.Detection.Tests.Training;

/// <summary>Trainings that do not go to their end.</summary>
[Trait("Category", "Slow")]
[Collection(TorchCollection.Name)]
public class TrainerStopTests : LeakCheck
{
    [Fact]
    public void Train_CancelledAfterAnEpoch_SavesAndReturns()
    {
        using var rectangles = new Rectangles(8);
        using var source = new CancellationTokenSource();
        var reports = new TinyRun.Reports(progress =>
        {
            if (progress is TrainingEpoch)
                source.Cancel();
        });

        var result = TinyRun.Train(TinyRun.Narrow, rectangles.Set, rectangles.At("run"), reports: reports, cancellationToken: source.Token);

        Assert.Equal((true, 1, 2L), (result.IsCanceled, result.Epochs, result.Steps));
        AssertLoads(rectangles.At("run"), 2);
    }

    [Fact]
    public void Train_CancelledBeforeItsFirstStep_SavesAndReturns()
    {
        using var rectangles = new Rectangles(4);

        var result = TinyRun.Train(TinyRun.Narrow, rectangles.Set, rectangles.At("run"), cancellationToken: new(canceled: true));

        Assert.Equal((true, 0L), (result.IsCanceled, result.Steps));
        AssertLoads(rectangles.At("run"), 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(18)]
    public void Train_CancelledWhileBatchesAreMade_SavesAndReturns(int lookUps)
    {
        using var rectangles = new Rectangles(12);
        using var source = new CancellationTokenSource();
        var set = WatchedImages.In(rectangles.Set, lookUps, source.Cancel);

        var result = TinyRun.Train(TinyRun.Narrow, set, rectangles.At("run"), cancellationToken: source.Token);

        Assert.True(result.IsCanceled);
        AssertLoads(rectangles.At("run"), result.Steps);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Train_CancelledDuringValidation_SavesTheAverages(int lookUps)
    {
        using var rectangles = new Rectangles(8);
        using var source = new CancellationTokenSource();
        var settings = TinyRun.NarrowWith(training => training with { Epochs = 1 });
        var validation = WatchedImages.In(rectangles.Set, lookUps, source.Cancel);

        var result = TinyRun.Train(settings, rectangles.Set, rectangles.At("run"), validation, cancellationToken: source.Token);
        TinyRun.Train(settings, rectangles.Set, rectangles.At("whole"));

        Assert.True(result.IsCanceled);
        AssertLoads(rectangles.At("run"), 2);
        var (expected, actual) = (TinyRun.Weights(rectangles.At("whole/last.safetensors")), TinyRun.Weights(rectangles.At("run/last.safetensors")));
        foreach (var (name, weights) in expected)
            Assert.Equal(weights, actual[name]);
    }

    [Fact]
    public void Train_NoBetterEpoch_StopsEarly()
    {
        using var rectangles = new Rectangles(4);
        var reports = new TinyRun.Reports();
        var settings = TinyRun.NarrowWith(training => training with { Epochs = 9, EarlyStop = 2, LearningRate = 1e-12 });

        var result = TinyRun.Train(settings, rectangles.Set, rectangles.At("run"), rectangles.Set, reports);

        Assert.Equal((3, 1, false), (result.Epochs, result.BestEpoch, result.IsCanceled));
        Assert.Contains("early", Assert.Single(reports.Messages));
    }

    [Fact]
    public void Train_Diverges_NamesTermStepAndImagesAndKeepsTheLastWeights()
    {
        using var rectangles = new Rectangles(4);
        var alive = TensorCount.Alive;
        var settings = TinyRun.NarrowWith(training => training with { Epochs = 9, LearningRate = 1e6 });
        byte[]? saved = null;
        var reports = new TinyRun.Reports(_ => saved = File.Exists(rectangles.At("run/last.safetensors")) ? File.ReadAllBytes(rectangles.At("run/last.safetensors")) : null);

        var error = Assert.Throws<TrainingDivergedException>(() => TinyRun.Train(settings, rectangles.Set, rectangles.At("run"), reports: reports));

        Assert.Contains(error.Term, new[] { "classification loss", "box loss", "gradient" });
        Assert.InRange(error.Step, 2, 9);
        Assert.Equal(["0.png", "1.png", "2.png", "3.png"], error.Images.Order());
        Assert.Contains(error.Term, error.Message);
        Assert.Contains($"step {error.Step}", error.Message);
        Assert.Contains("2.png", error.Message);
        Assert.Equal(saved, File.ReadAllBytes(rectangles.At("run/last.safetensors")));
        AssertLoads(rectangles.At("run"), error.Step - 1);
        Assert.Equal(alive, TensorCount.Alive);
    }

    [Fact]
    public void Train_LastStepOfAnEpochMakesWeightsInfinite_NamesTheValidationLoss()
    {
        using var rectangles = new Rectangles(4);
        var settings = TinyRun.NarrowWith(training => training with { Epochs = 1, Ema = 0 });
        var options = TinyRun.Options(rectangles.At("run")) with { Components = new() { Schedule = new Infinite() } };

        var error = Assert.Throws<TrainingDivergedException>(() => new Trainer(settings, rectangles.Set, rectangles.Set, options).Train());

        Assert.Equal(("validation loss", 1L), (error.Term, error.Step));
        Assert.StartsWith("The validation loss is not finite at step 1. ", error.Message);
    }

    [Fact]
    public void Train_CanceledWhileAllImagesAreDecoded_WritesNothing()
    {
        using var rectangles = new Rectangles(4);

        var result = new Trainer(TinyRun.Narrow, rectangles.Set, null, TinyRun.Options(rectangles.At("run")) with { SkipBadImages = true }).Train(cancellationToken: new(canceled: true));

        Assert.Equal((true, 0L), (result.IsCanceled, result.Steps));
        Assert.False(Directory.Exists(rectangles.At("run")));
    }

    [Theory]
    [InlineData(AssignerKind.TaskAligned, SamplingKind.None, BoxWeightingKind.None)]
    [InlineData(AssignerKind.Iou, SamplingKind.Ohem, BoxWeightingKind.None)]
    [InlineData(AssignerKind.Iou, SamplingKind.None, BoxWeightingKind.Score)]
    public async Task TrainAsync_FewerImagesThanShards_DoesNotWaitForTheOthers(AssignerKind assigner, SamplingKind sampling, BoxWeightingKind weighting)
    {
        // One shard of four images, and three images that fill no second one.
        using var rectangles = new Rectangles(7);
        var settings = TinyRun.NarrowWith(training => training with { Batch = 8, Shards = 2 }) with
        {
            Assigner = new() { Kind = assigner },
            Loss = TinyRun.Narrow.Loss with
            {
                Classification = sampling == SamplingKind.None ? ClassificationLossKind.Focal : ClassificationLossKind.CrossEntropy,
                Sampling = new() { Kind = sampling },
                BoxWeighting = weighting,
            },
        };

        var result = await new Trainer(settings, rectangles.Set, null, TinyRun.Options(rectangles.At("run"))).TrainAsync().WaitAsync(TimeSpan.FromMinutes(5));

        Assert.Equal((2L, 2), (result.Steps, result.Epochs));
    }

    [Fact]
    public void Train_ValidationOfOtherClasses_Throws()
    {
        using var rectangles = new Rectangles(4);
        var other = new DetectionDataset { Source = "other", Categories = [new(1, "cat"), new(2, "dog")], Images = rectangles.Set.Images };

        var error = Assert.Throws<DatasetException>(() => TinyRun.Train(TinyRun.Narrow, rectangles.Set, rectangles.At("run"), other));

        Assert.Equal("other", error.File);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Train_NothingToTrainOn_Throws(bool images)
    {
        using var rectangles = new Rectangles(1);
        var set = new DetectionDataset
        {
            Source = "nothing",
            Categories = images ? [] : rectangles.Set.Categories,
            Images = images ? rectangles.Set.Images : [],
        };

        Assert.Equal("nothing", Assert.Throws<DatasetException>(() => TinyRun.Train(TinyRun.Narrow, set, rectangles.At("run"))).File);
    }

    [Fact]
    public void Train_UnreadableImage_NamesItAndFreesEveryTensor()
    {
        using var rectangles = new Rectangles(4);
        // Its header and its end are valid, so that the loader finds the damage.
        var bytes = File.ReadAllBytes(rectangles.At("2.png"));
        bytes.AsSpan(bytes.Length / 2, 8).Fill(0xA5);
        File.WriteAllBytes(rectangles.At("2.png"), bytes);
        var alive = TensorCount.Alive;

        var error = Assert.Throws<Imaging.ImageException>(() => TinyRun.Train(TinyRun.Narrow, rectangles.Set, rectangles.At("run")));

        Assert.Contains("2.png", error.Message);
        Assert.Equal(alive, TensorCount.Alive);
    }

    private sealed class Infinite : ILearningRateSchedule
    {
        public double GetLearningRate(long step, long totalSteps) => 1e38;
    }

    private static void AssertLoads(string folder, long steps)
    {
        using var detector = Detector.Load(folder, new() { Threads = 2 });
        Assert.Equal(steps, detector.Description.Steps);
        Assert.All(TinyRun.Weights(Path.Combine(folder, ModelFile.Last)).Values, weights => Assert.All(weights, weight => Assert.True(float.IsFinite(weight))));
    }
}
