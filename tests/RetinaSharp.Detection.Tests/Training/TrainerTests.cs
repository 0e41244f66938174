using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Training;

[Trait("Category", "Slow")]
[Collection(TorchCollection.Name)]
public class TrainerTests(TrainedModel trained) : LeakCheck
{
    [Fact]
    public void Train_Rectangles_LossFallsAndObjectsAreFound()
    {
        Assert.Equal(30, trained.Result.Epochs);
        Assert.Equal(60, trained.Result.Steps);
        Assert.False(trained.Result.IsCanceled);
        Assert.All(trained.Epochs, epoch => Assert.True(double.IsFinite(epoch.Classification + epoch.Box)));
        Assert.True(trained.Epochs[^1].Classification < .5 * trained.Epochs[0].Classification);
        Assert.True(trained.Epochs[^1].Box < .7 * trained.Epochs[0].Box);
        Assert.True(trained.Result.Best!.AP50 > .5, $"AP50 {trained.Result.Best.AP50}");
    }

    [Fact]
    public void Train_WithValidation_KeepsTheBestEpoch()
    {
        var best = ModelFile.Describe(Path.Combine(trained.Folder, ModelFile.Best));
        var last = ModelFile.Describe(Path.Combine(trained.Folder, ModelFile.Last));

        Assert.Equal(trained.Result.BestEpoch, best.Epochs);
        Assert.Equal(trained.Result.Best!.AP, best.ValidationAP);
        Assert.Equal(30, last.Epochs);
        Assert.Equal(60, last.Steps);
        var reported = trained.Epochs.Single(epoch => epoch.Epoch == best.Epochs);
        Assert.True(reported.IsBest);
        Assert.Equal(trained.Epochs.Max(epoch => epoch.Validation!.Metrics.AP), best.ValidationAP);
        Assert.Equal(Path.Combine(trained.Folder, ModelFile.Best), ModelFile.Find(trained.Folder));
    }

    [Fact]
    public void Train_RunFolder_HasSettingsAndALineForEachEpoch()
    {
        var settings = SettingsJson.Read(Path.Combine(trained.Folder, "config.json"), new());
        var lines = File.ReadAllLines(Path.Combine(trained.Folder, "metrics.jsonl"));

        Assert.Equal(30, settings.Training.Epochs);
        Assert.Equal(new(64, 96), settings.Input);
        Assert.Equal(30, lines.Length);
        using var first = System.Text.Json.JsonDocument.Parse(lines[0]);
        Assert.Equal(1, first.RootElement.GetProperty("epoch").GetInt32());
        Assert.Equal(trained.Epochs[0].Box, first.RootElement.GetProperty("loss_box").GetDouble());
        Assert.Empty(Directory.GetFiles(trained.Folder, "*.tmp"));
    }

    [Fact]
    public void Train_WithoutAugmentation_CountsTheAnchorsThatTheDataGive()
    {
        var expected = AnchorStatistics.Compute(trained.Set, trained.Settings);
        var share = expected.Foreground / (double)(expected.Foreground + expected.Background);

        Assert.All(trained.Epochs, epoch => Assert.Equal((expected.Foreground, share), (epoch.PositiveAnchors, epoch.PositiveShare)));
        using var first = System.Text.Json.JsonDocument.Parse(File.ReadLines(Path.Combine(trained.Folder, "metrics.jsonl")).First());
        Assert.Equal(expected.Foreground, first.RootElement.GetProperty("positive_anchors").GetInt64());
        Assert.Equal(share, first.RootElement.GetProperty("positive_share").GetDouble());
    }

    [Fact]
    public void Train_SampledAnchors_CountsThoseBeforeSampling()
    {
        var sampled = trained.Settings with
        {
            Loss = trained.Settings.Loss with { Classification = ClassificationLossKind.CrossEntropy, Sampling = new() { Kind = SamplingKind.Ratio, Ratio = 3 } },
            Training = trained.Settings.Training with { Epochs = 1 },
        };
        var reports = new TinyRun.Reports();

        TinyRun.Train(sampled, trained.Set, trained.At("sampled"), reports: reports);

        Assert.Equal((trained.Epochs[0].PositiveAnchors, trained.Epochs[0].PositiveShare), (reports.Epochs.Single().PositiveAnchors, reports.Epochs.Single().PositiveShare));
    }

    [Fact]
    public void Train_WithValidation_GivesWhatTheBestEpochFound()
    {
        var best = trained.Epochs.Single(epoch => epoch.Epoch == trained.Result.BestEpoch).Validation!.Evaluation;

        Assert.Same(best, trained.Result.BestEvaluation);
        Assert.Equal(trained.Result.Best!.AP, best.Metrics.AP);
        Assert.NotEmpty(best.Detections);
    }

    [Fact]
    public void Train_LastReport_IsOfTheLastStep()
    {
        Assert.Equal((60, 60, 30), (trained.Steps[^1].Step, trained.Steps[^1].TotalSteps, trained.Steps[^1].Epoch));
        // No step is left, only the last epoch's validation.
        Assert.InRange(trained.Steps[^1].Remaining, TimeSpan.Zero, trained.Epochs[^1].Elapsed / 10);
    }

    [Fact]
    public void Train_SameSeed_SameFileAndOtherSeedAnother()
    {
        using var rectangles = new Rectangles(8);
        var settings = TinyRun.Settings with { Augmentation = new() { Brightness = .2, MinScale = .8 } };
        TinyRun.Train(settings, rectangles.Set, rectangles.At("one"));
        TinyRun.Train(settings, rectangles.Set, rectangles.At("two"));
        TinyRun.Train(settings with { Training = settings.Training with { Seed = 2 } }, rectangles.Set, rectangles.At("other"));

        Assert.Equal(File.ReadAllBytes(rectangles.At("one/last.safetensors")), File.ReadAllBytes(rectangles.At("two/last.safetensors")));
        Assert.NotEqual(
            TinyRun.Weights(rectangles.At("one/last.safetensors"))["head.regression_head.bbox_reg.weight"],
            TinyRun.Weights(rectangles.At("other/last.safetensors"))["head.regression_head.bbox_reg.weight"]);
    }

    [Fact]
    public void Train_CompositionEnds_LaterEpochsAreThoseWithoutComposition()
    {
        using var rectangles = new Rectangles(8);
        var settings = TinyRun.Settings with { Augmentation = AugmentationSettings.None with { Mosaic = 1 } };
        TinyRun.Train(settings with { Augmentation = AugmentationSettings.None }, rectangles.Set, rectangles.At("none"));
        TinyRun.Train(settings with { Augmentation = settings.Augmentation with { CompositionEnd = 0 } }, rectangles.Set, rectangles.At("ended"));
        TinyRun.Train(settings with { Augmentation = settings.Augmentation with { CompositionEnd = .5 } }, rectangles.Set, rectangles.At("half"));

        Assert.Equal(TinyRun.Weights(rectangles.At("none/last.safetensors")), TinyRun.Weights(rectangles.At("ended/last.safetensors")));
        Assert.NotEqual(TinyRun.Weights(rectangles.At("none/last.safetensors")), TinyRun.Weights(rectangles.At("half/last.safetensors")));
    }

    [Fact]
    public void Train_Accumulation_IsTheLargeBatch()
    {
        using var rectangles = new Rectangles(8);
        var (whole, parts) = (new TinyRun.Reports(), new TinyRun.Reports());
        var settings = TinyRun.With(training => training with { Epochs = 1, Optimizer = OptimizerKind.Sgd, Ema = 0 }) with
        {
            // Statistics of the batch would differ between four images and eight.
            Model = TinyRun.Settings.Model with { Norm = NormKind.Group },
        };
        TinyRun.Train(settings with { Training = settings.Training with { Batch = 8 } }, rectangles.Set, rectangles.At("whole"), reports: whole);
        var result = TinyRun.Train(settings with { Training = settings.Training with { Accumulate = 2 } }, rectangles.Set, rectangles.At("parts"), reports: parts);

        Assert.Equal(1, result.Steps);
        var (expected, actual) = (whole.Epochs.Single(), parts.Epochs.Single());
        Assert.Equal(expected.Classification, actual.Classification, 1e-5 * expected.Classification);
        Assert.Equal(expected.Box, actual.Box, 1e-5 * expected.Box);
        var weights = TinyRun.Weights(rectangles.At("parts/last.safetensors"));
        foreach (var (name, values) in TinyRun.Weights(rectangles.At("whole/last.safetensors")))
            foreach (var (a, b) in values.Zip(weights[name]))
                Assert.Equal(a, b, 1e-5);
    }

    [Theory]
    [InlineData(BoxWeightingKind.Score)]
    [InlineData(BoxWeightingKind.Quality)]
    public void Train_WeightedBoxLossInShards_IsThatOfTheBatch(BoxWeightingKind weighting)
    {
        using var rectangles = new Rectangles(8);
        var settings = TinyRun.With(training => training with { Epochs = 1, Optimizer = OptimizerKind.Sgd, Ema = 0 }) with
        {
            Model = TinyRun.Settings.Model with { Norm = NormKind.Group },
            Loss = TinyRun.Settings.Loss with { BoxWeighting = weighting },
        };
        var (whole, parts, plain) = (Box(settings, 1), Box(settings, 2), Box(settings with { Loss = TinyRun.Settings.Loss }, 2));

        Assert.Equal(whole, parts, 1e-5 * whole);
        Assert.NotEqual(plain, parts, 1e-3);

        double Box(RunSettings run, int shards)
        {
            var reports = new TinyRun.Reports();
            TinyRun.Train(run with { Training = run.Training with { Shards = shards } }, rectangles.Set, rectangles.At("run"), reports: reports);
            return reports.Epochs.Single().Box;
        }
    }

    [Theory]
    [InlineData(1, "backbone.body.conv1.weight", "backbone.body.layer1.0.conv1.weight")]
    [InlineData(3, "backbone.body.layer2.1.conv2.weight", "backbone.body.layer3.0.conv1.weight")]
    [InlineData(5, "backbone.body.layer4.1.conv2.weight", "backbone.fpn.inner_blocks.0.0.weight")]
    public void Train_Freeze_LeavesThosePartsAlone(int freeze, string lastFrozen, string firstTrained)
    {
        using var rectangles = new Rectangles(4);
        var settings = TinyRun.With(training => training with { Epochs = 1, Freeze = freeze, Ema = 0 });
        TinyRun.Train(settings, rectangles.Set, rectangles.At("run"));

        using var start = WeightInitializer.Create(RetinaNetArchitecture.Create(settings, 2), settings.Training.Seed);
        var before = start.Read();
        var after = TinyRun.Weights(rectangles.At("run/last.safetensors"));
        Assert.Equal(before["backbone.body.bn1.weight"], after["backbone.body.bn1.weight"]);
        Assert.Equal(before["backbone.body.conv1.weight"], after["backbone.body.conv1.weight"]);
        Assert.Equal(before[lastFrozen], after[lastFrozen]);
        Assert.NotEqual(before[firstTrained], after[firstTrained]);
        Assert.NotEqual(before["head.classification_head.cls_logits.bias"], after["head.classification_head.cls_logits.bias"]);
    }

    [Fact]
    public void Train_BackboneLearningRate_SlowsTheBackboneOnly()
    {
        const double Factor = .25;
        using var rectangles = new Rectangles(8);
        // One optimizer step of gradient descent: the change of a weight is its gradient times its learning rate.
        var settings = TinyRun.With(training => training with { Epochs = 1, Batch = 8, Shards = 1, Optimizer = OptimizerKind.Sgd, LearningRate = 1, WeightDecay = 0, WarmUp = 0, Clip = 0, Ema = 0 });
        TinyRun.Train(settings, rectangles.Set, rectangles.At("even"));
        TinyRun.Train(settings with { Training = settings.Training with { BackboneLearningRate = Factor } }, rectangles.Set, rectangles.At("slow"));

        using var scope = NewDisposeScope();
        using var initial = WeightInitializer.Create(RetinaNetArchitecture.Create(settings, rectangles.Set.Categories.Count), settings.Training.Seed);
        var (even, slow) = (TinyRun.Weights(rectangles.At("even/last.safetensors")), TinyRun.Weights(rectangles.At("slow/last.safetensors")));
        foreach (var name in new[] { "backbone.body.layer4.1.conv2.weight", "backbone.fpn.inner_blocks.0.0.weight", "head.regression_head.bbox_reg.weight" })
        {
            var start = initial[name].contiguous().Elements<float>().ToArray();
            var factor = name.StartsWith("backbone.body.", StringComparison.Ordinal) ? Factor : 1;
            Assert.Contains(even[name].Zip(start, (value, before) => Math.Abs(value - before)), change => change > 1e-5);
            Assert.All(even[name].Zip(slow[name], start), weights => Assert.Equal((weights.First - weights.Third) * factor, weights.Second - weights.Third, 1e-7));
        }
    }

    [Fact]
    public void Train_ImagesWithoutBoxes_LearnsBackground()
    {
        using var rectangles = new Rectangles(4, empty: true);
        var reports = new TinyRun.Reports();
        TinyRun.Train(TinyRun.With(training => training with { Epochs = 3 }), rectangles.Set, rectangles.At("run"), reports: reports);

        var epochs = reports.Epochs.ToArray();
        Assert.All(epochs, epoch => Assert.Equal(0, epoch.Box));
        Assert.True(epochs[^1].Classification < epochs[0].Classification);
    }

    [Fact]
    public void Train_Bfloat16_LossFalls()
    {
        using var rectangles = new Rectangles(4);
        var reports = new TinyRun.Reports();
        var settings = TinyRun.With(training => training with { Epochs = 30, LearningRate = 2e-3 });
        new Trainer(settings, rectangles.Set, null, new() { Folder = rectangles.At("run"), Precision = Precision.Bf16, Threads = 2 }).Train(reports);

        var epochs = reports.Epochs.ToArray();
        Assert.True(epochs[^1].Classification + epochs[^1].Box < epochs[0].Classification + epochs[0].Box);
        Assert.All(TinyRun.Weights(rectangles.At("run/last.safetensors")).Values, weights => Assert.All(weights, weight => Assert.True(float.IsFinite(weight))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Train_Done_FreesEveryTensor(bool fused)
    {
        using var kernels = new KernelSetting(fused);
        using var rectangles = new Rectangles(8);
        var alive = TensorCount.Alive;

        TinyRun.Train(TinyRun.Settings, rectangles.Set, rectangles.At("run"), rectangles.Set);

        // None was left to the garbage collector either.
        Assert.Equal(alive, TensorCount.Alive);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Train_DoneOrFailed_LeavesTheCallersNumberOfThreads(bool fails)
    {
        using var rectangles = new Rectangles(4);
        if (fails)
            File.WriteAllText(rectangles.At("2.png"), "no picture");
        var before = get_num_threads();
        try
        {
            set_num_threads(1);

            if (fails)
                Assert.Throws<DatasetException>(() => TinyRun.Train(TinyRun.Settings, rectangles.Set, rectangles.At("run"), rectangles.Set));
            else
                TinyRun.Train(TinyRun.Settings, rectangles.Set, rectangles.At("run"), rectangles.Set);

            Assert.Equal(1, get_num_threads());
        }
        finally
        {
            set_num_threads(before);
        }
    }
}
