using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Modules;
using RetinaSharp.Detection.Sampling;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Tests.Training;

[Collection(TorchCollection.Name)]
public sealed class TrainingComponentsTests(TrainedModel trained) : FinalizedTensors
{
    private static NetworkComponents Network => new() { Backbone = new ModuleBackbone("strided", [8, 16, 24], () => new ModulePartTests.StridedBackbone()) };

    [Fact]
    public async Task TrainAsync_ModuleBackbone_ResumesExactlyAndLoadsWithItAlone()
    {
        var settings = TinyRun.Settings with { Training = TinyRun.Settings.Training with { Freeze = 0 } };
        var options = TinyRun.Options(trained.At("module-whole")) with { Components = new() { Network = Network } };
        await new Trainer(settings, trained.Set, null, options).TrainAsync();

        var stop = new StopAfter(steps: 1);
        var parts = options with { Folder = trained.At("module-parts"), Components = new() { Network = Network, Callbacks = [stop] } };
        var first = await new Trainer(settings, trained.Set, null, parts).TrainAsync();
        Assert.Equal((1, "enough", false), (first.Steps, first.StopReason, first.IsCanceled));
        await new Trainer(settings, trained.Set, null, parts with { Resume = true, Components = new() { Network = Network } }).TrainAsync();

        var (whole, resumed) = (TinyRun.Weights(Path.Combine(options.Folder, ModelFile.Last)), TinyRun.Weights(Path.Combine(parts.Folder, ModelFile.Last)));
        Assert.All(whole, entry => Assert.Equal(entry.Value, resumed[entry.Key]));

        Assert.Contains("pass the NetworkComponents", Assert.Throws<WeightsException>(() => Detector.Load(options.Folder)).Message);
        using var detector = Detector.Load(options.Folder, new() { Components = Network, ScoreThreshold = .001 });
        Assert.NotEmpty(detector.Detect(trained.Set.Images[0].Path));
    }

    [Fact]
    public void Train_OwnParts_AreCalled()
    {
        var schedule = new Constant();
        var counter = new Counter();
        var components = new TrainingComponents
        {
            Schedule = schedule,
            Assigner = counter,
            Callbacks = [counter],
            Augmentations = [counter],
            BoxLoss = BoxLoss.L1,
        };
        new Trainer(TinyRun.Settings, trained.Set, trained.Set, TinyRun.Options(trained.At("own-parts")) with { Components = components }).Train();

        Assert.Equal((6, 2, 2), (counter.Steps, counter.Validations, counter.Epochs));
        Assert.True(counter.Assigned >= 2 * trained.Set.Images.Count && counter.Augmented > 0);
        Assert.All(counter.Rates, rate => Assert.Equal(1e-4, rate));
    }

    [Fact]
    public void Train_OwnAssignerOfPredictionsWithSampling_Throws()
    {
        var predicting = new TrainingComponents { Assigner = new Predicting() };
        var sampled = TinyRun.Settings with { Loss = TinyRun.Settings.Loss with { Classification = ClassificationLossKind.CrossEntropy, Sampling = new() { Kind = SamplingKind.Ohem } } };

        Assert.StartsWith("Predicting with sampling Ohem", Fails(sampled, predicting));
        Assert.StartsWith("Predicting with normalizer PerImage", Fails(TinyRun.Settings with { Loss = TinyRun.Settings.Loss with { Normalizer = NormalizerKind.PerImage } }, predicting));
        Assert.StartsWith("Predicting with AnchorSampler", Fails(TinyRun.Settings, predicting with { Sampler = AnchorSampler.Create(sampled.Loss.Sampling, new(TinyRun.Settings.Model.Anchors), 1) }));

        string Fails(RunSettings settings, TrainingComponents components) => Assert.Throws<ArgumentException>(
            () => new Trainer(settings, trained.Set, null, TinyRun.Options(trained.At("predicting")) with { Components = components }).Train()).Message;
    }

    [Fact]
    public void EnumerateEpoch_IdentityAugmentation_LeavesBatchesAsTheyAre()
    {
        TrainingLoader Loader(IReadOnlyList<IAugmentation> augmentations) => new(
            trained.Set, TinyRun.Settings.Input, TinyRun.Settings.Augmentation, new(new()), new IouAssigner(new()), new() { BatchSize = 4, Seed = 1 }, augmentations);

        foreach (var (expected, actual) in Loader([]).EnumerateEpoch(0).Zip(Loader([new Counter()]).EnumerateEpoch(0)))
        {
            using (expected)
            using (actual)
            {
                Assert.Equal(expected.Pixels, actual.Pixels);
                Assert.Equal(expected.Images.SelectMany(image => image.Boxes), actual.Images.SelectMany(image => image.Boxes));
            }
        }
    }

    [Fact]
    public void Train_MoreEpochsThanAFinishedRun_ExtendsIt()
    {
        var options = TinyRun.Options(trained.At("extended"));
        new Trainer(TinyRun.Settings, trained.Set, null, options).Train();
        var reports = new TinyRun.Reports();

        var result = new Trainer(TinyRun.With(training => training with { Epochs = 3 }), trained.Set, null, options with { Resume = true, Logger = reports }).Train(reports);

        Assert.Equal(3, result.Epochs);
        Assert.Equal([3], reports.Epochs.Select(epoch => epoch.Epoch));
        Assert.Contains(reports.Messages, message => message.Contains("extended from 2 to 3 epochs", StringComparison.Ordinal));
        Assert.Equal(3, File.ReadAllLines(Path.Combine(options.Folder, "metrics.jsonl")).Length);
    }

    private sealed class StopAfter(int steps) : ITrainingCallback
    {
        public void OnStepEnd(StepResult step, TrainingControl control)
        {
            if (step.Step == steps)
                control.Stop("enough");
        }
    }

    private sealed class Predicting : IAssigner
    {
        public bool UsesPredictions => true;

        public AnchorAssignment Assign(AnchorGrid anchors, ReadOnlySpan<Box> boxes, ReadOnlySpan<int> classes, ReadOnlySpan<Box> ignored = default, AnchorPredictions? predictions = null) =>
            throw new NotSupportedException();
    }

    private sealed class Constant : ILearningRateSchedule
    {
        public double GetLearningRate(long step, long totalSteps) => 1e-4;
    }

    private sealed class Counter : ITrainingCallback, IAssigner, IAugmentation
    {
        private readonly IouAssigner _assigner = new(new());
        private int _assigned, _augmented;

        public int Steps { get; private set; }

        public int Validations { get; private set; }

        public int Epochs { get; private set; }

        public int Assigned => _assigned;

        public int Augmented => _augmented;

        public List<double> Rates { get; } = [];

        public void OnStepEnd(StepResult step, TrainingControl control)
        {
            Steps++;
            Rates.Add(step.LearningRate);
        }

        public void OnValidationEnd(int epoch, ValidationResult validation, TrainingControl control) => Validations++;

        public void OnEpochEnd(TrainingEpoch epoch, TrainingControl control) => Epochs++;

        public AnchorAssignment Assign(AnchorGrid anchors, ReadOnlySpan<Box> boxes, ReadOnlySpan<int> classes, ReadOnlySpan<Box> ignored = default, AnchorPredictions? predictions = null)
        {
            Interlocked.Increment(ref _assigned);
            return _assigner.Assign(anchors, boxes, classes, ignored, predictions);
        }

        public (Image Image, IReadOnlyList<Annotation> Annotations) Apply(Image image, IReadOnlyList<Annotation> annotations, RandomStream random)
        {
            Interlocked.Increment(ref _augmented);
            return (image, annotations);
        }
    }
}
