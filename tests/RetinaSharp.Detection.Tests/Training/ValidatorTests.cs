using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Training;

[Collection(TorchCollection.Name)]
public sealed class ValidatorTests(TrainedModel trained) : LeakCheck
{
    [Fact]
    public void Run_EachImage_IsDecodedOnceAndGoesThroughTheNetworkOnce()
    {
        using var rectangles = new Rectangles(8);
        var settings = TinyRun.With(training => training with { Batch = 8 });
        using var state = WeightInitializer.Create(RetinaNetArchitecture.Create(settings, 2), 1);
        using var network = new RetinaNet(state);
        var seen = 0L;
        network.register_forward_hook((_, images, outputs) =>
        {
            seen += images.shape[0];
            // Whoever decodes an image once more does not find it.
            foreach (var image in rectangles.Set.Images)
                File.Delete(image.Path);
            return outputs;
        });

        var result = Validator(rectangles.Set, settings, network).Run(default);

        Assert.Equal(8, seen);
        Assert.Equal(8, result.Evaluation.Images);
        Assert.True(result.Classification > 0 && result.Box > 0);
    }

    [Theory]
    [InlineData(NormalizerKind.Positives)]
    [InlineData(NormalizerKind.PerImage)]
    public void Run_AnyBatch_LossesAreThoseOfTheWholeSet(NormalizerKind normalizer)
    {
        var (state, description) = ModelFile.Load(ModelFile.Find(trained.Folder));
        using var owned = state;
        using var network = new RetinaNet(state);
        var settings = description.Settings with { Loss = description.Settings.Loss with { Normalizer = normalizer } };
        var images = trained.Set.Images.Select(image => Loss(image, settings, network)).ToArray();
        var isPerImage = normalizer == NormalizerKind.PerImage;
        var expected = isPerImage
            ? (Classification: images.Average(image => image.Classification / image.Positives), Box: images.Average(image => image.Box / image.Positives))
            : (Classification: images.Sum(image => image.Classification) / images.Sum(image => image.Positives), Box: images.Sum(image => image.Box) / images.Sum(image => image.Positives));
        Assert.True(images.Select(image => image.Positives).Distinct().Count() > 1);

        foreach (var batch in new[] { 1, 5, 12 })
        {
            var actual = Validator(trained.Set, settings with { Training = settings.Training with { Batch = batch } }, network).Run(default);

            Assert.Equal(expected.Classification, actual.Classification, 1e-5 * expected.Classification);
            Assert.Equal(expected.Box, actual.Box, 1e-5 * expected.Box);
        }
    }

    [Theory]
    [InlineData(BoxWeightingKind.Score)]
    [InlineData(BoxWeightingKind.Quality)]
    public void Run_WeightedBoxLoss_IsThatOfTheWholeSetForAnyBatch(BoxWeightingKind weighting)
    {
        var (state, description) = ModelFile.Load(ModelFile.Find(trained.Folder));
        using var owned = state;
        using var network = new RetinaNet(state);
        var settings = description.Settings with { Loss = description.Settings.Loss with { BoxWeighting = weighting } };

        var losses = new[] { 1, 5, 12 }.Select(batch => Validator(trained.Set, settings with { Training = settings.Training with { Batch = batch } }, network).Run(default).Box).ToArray();

        Assert.All(losses, loss => Assert.Equal(losses[0], loss, 1e-5 * loss));
        Assert.NotEqual(Validator(trained.Set, description.Settings, network).Run(default).Box, losses[0], 1e-5);
    }

    [Fact]
    public void Run_Sliced_LossesAreThoseOfAllRegionsAndApIsThatOfSlicedInference()
    {
        var (state, description) = ModelFile.Load(ModelFile.Find(trained.Folder));
        using var owned = state;
        using var network = new RetinaNet(state);
        var settings = description.Settings with { Tile = 48, Training = description.Settings.Training with { Batch = 5 } };
        var tiles = TrainingTiles.Create(settings)!;
        var set = trained.Take(4);
        var regions = set.Images.SelectMany(image => tiles.Plan(image).Select(region => Loss(tiles.Cut(image, region), settings, network))).ToArray();
        // 96 x 64 pixels: the whole, and slices at x 0, 24 and 48, y 0 and 16.
        Assert.Equal(7 * set.Images.Count, regions.Length);

        var actual = Validator(set, settings, network).Run(default);

        var positives = regions.Sum(region => region.Positives);
        Assert.Equal(regions.Sum(region => region.Classification) / positives, actual.Classification, 1e-4);
        Assert.Equal(regions.Sum(region => region.Box) / positives, actual.Box, 1e-4);
        using var sliced = Detector.Load(trained.Folder, new() { Tile = 48, Precision = Precision.Fp32 });
        Assert.Equal(DatasetEvaluator.Evaluate(sliced, set, 5).Metrics.ByName(), actual.Metrics.ByName());
    }

    [Theory]
    [InlineData(SamplingKind.Ratio)]
    [InlineData(SamplingKind.HardNegative)]
    public void Run_Sampled_ClassificationLossIsDividedByTheSampledPositives(SamplingKind sampling)
    {
        using var state = WeightInitializer.Create(RetinaNetArchitecture.Create(TinyRun.Settings, 2), 1);
        using var network = new RetinaNet(state);

        var losses = (from batch in new[] { 1, 4, 12 } from normalizer in new[] { NormalizerKind.Positives, NormalizerKind.PerImage } select Run(batch, normalizer)).ToArray();

        // At the start each score is at the prior, whichever anchors are drawn: three negatives and a positive for each positive.
        var expected = -(Math.Log(.01) + Math.Log(.99)) - (3 * 2 * Math.Log(.99));
        Assert.All(losses, loss => Assert.Equal(expected, loss.Classification, .05 * expected));
        Assert.All(losses, loss => Assert.Equal(losses[0].Classification, loss.Classification, 1e-5 * expected));

        ValidationResult Run(int batch, NormalizerKind normalizer)
        {
            var settings = TinyRun.With(training => training with { Batch = batch });
            var loss = settings.Loss with { Classification = ClassificationLossKind.CrossEntropy, Alpha = null, Sampling = SamplingSettings.ForKind(sampling), Normalizer = normalizer };
            return Validator(trained.Set, settings with { Loss = loss }, network).Run(default);
        }
    }

    [Fact]
    public void Run_Done_LeavesTheNumberOfThreads()
    {
        using var state = NetworkState.Create(RetinaNetArchitecture.Create(TinyRun.Settings, 2));
        using var network = new RetinaNet(state);
        var before = get_num_threads();
        try
        {
            set_num_threads(1);

            Validator(trained.Set, TinyRun.Settings, network).Run(default);

            Assert.Equal(1, get_num_threads());
        }
        finally
        {
            set_num_threads(before);
        }
    }

    private static Validator Validator(DetectionDataset set, RunSettings settings, RetinaNet network) => new(set, settings, network, new(settings.Model.Anchors), threads: 2);

    /// <summary>The losses of one image, not divided, and its positive anchors.</summary>
    private static (double Classification, double Box, int Positives) Loss(AnnotatedImage image, RunSettings settings, RetinaNet network)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var file = Image.Load(image.Path);
        var pixels = image.Crop is { } crop ? file.Crop(crop.X, crop.Y, crop.Width, crop.Height) : file;
        var fit = settings.Input.Fit(image.Width, image.Height);
        var sample = BatchImage.Create(image, settings.Input);
        using var batch = Batches.Create(settings.Model.Anchors, settings.Assigner, (pixels.Resize(fit.Width, fit.Height), sample.Boxes, sample.Classes, sample.Ignored));
        var loss = new DetectionLoss(settings.Loss).Evaluate(network.call(Preprocessing.Input(batch, network)), batch.Targets, 1);
        return (loss.Classification, loss.Box, batch.Targets.PositiveCount);
    }
}
