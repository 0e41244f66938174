using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Inference;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Training;

/// <summary>
/// bf16 on the devices that have no fused kernels, and compute with LibTorch's operators: the CPU with the kernels turned off, and a GPU where there is one.
/// </summary>
[Trait("Category", "Slow")]
[Collection(TorchCollection.Name)]
public sealed class DeviceTests(TrainedModel trained) : LeakCheck
{
    private const string Gpu = "cuda:0";

    private static readonly RunSettings Settings = TinyRun.With(training => training with { Epochs = 3, Batch = 12, LearningRate = 2e-3, WarmUp = 0 });

    public static TheoryData<string> Devices => ["cpu", Gpu];

    [Theory]
    [MemberData(nameof(Devices))]
    public void Train_ThreeSteps_LossesAreNearThoseOfTheFusedKernels(string device)
    {
        SkipUnlessAvailable(device);

        var (expected, actual) = (Losses("cpu", fused: true), Losses(device, fused: false));

        Assert.Equal(3, expected.Length);
        // More than the tolerance, so that copies that are not refreshed are noticed.
        Assert.True(expected[2] < .95 * expected[0], $"{expected[0]} to {expected[2]}");
        for (var step = 0; step < 3; step++)
            Assert.Equal(expected[step], actual[step], .02 * expected[step]);

        double[] Losses(string place, bool fused)
        {
            using var kernels = new KernelSetting(fused);
            var reports = new TinyRun.Reports();
            var options = TinyRun.Options(trained.At($"{place}-{fused}")) with { Device = new(place), Precision = Precision.Bf16 };
            new Trainer(Settings, trained.Set, null, options).Train(reports);
            // An epoch is one step.
            return [.. reports.Epochs.Select(epoch => epoch.Classification + epoch.Box)];
        }
    }

    // With gradients that are given: cuDNN does not compute the same bits every time.
    [Theory]
    [MemberData(nameof(Devices))]
    public void Update_StateRestoredBeforeTheLastOfThreeSteps_SameTensorsToTheLastBit(string device)
    {
        SkipUnlessAvailable(device);
        using var kernels = new KernelSetting(fused: false);
        using var guard = no_grad();
        var (folder, at) = (trained.At($"state-{device[..3]}"), new Checkpoint { Settings = Settings, TrainingData = "", Precision = Precision.Bf16, ComputedOn = device, Step = 2 });
        Directory.CreateDirectory(folder);
        using var whole = State(device);
        for (var step = 0; step < 3; step++)
        {
            if (step == 2)
            {
                using var written = whole.GatherCheckpoint();
                CheckpointFile.Write(folder, written, at);
            }

            Step(whole, step);
        }

        using var resumed = State(device);
        using (var read = resumed.GetCheckpoint())
        {
            CheckpointFile.Read(Path.Combine(folder, CheckpointFile.Last), read);
            resumed.OnRestored(read, at.Step);
        }

        Step(resumed, 2);

        AssertSame(whole.GatherCheckpoint().Entries, resumed.GatherCheckpoint().Entries, device);
        AssertSame(Parameters(whole), Parameters(resumed), device);
        Assert.All(whole.GatherCheckpoint().Entries, entry => Assert.Equal(ScalarType.Float32, entry.Tensor.dtype));
        // The copies are the masters, rounded.
        var masters = whole.GatherCheckpoint().Entries.ToDictionary(entry => entry.Name, entry => entry.Tensor);
        Assert.Contains(Parameters(whole), entry => entry.Tensor.dtype == ScalarType.BFloat16);
        Assert.All(Parameters(whole), entry =>
        {
            using var scope = NewDisposeScope();
            Assert.Equal(Read(masters[$"weights.{entry.Name}"].to(entry.Tensor.dtype)), Read(entry.Tensor));
        });
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Validate_LearntImages_MetricsAndLossesAreNearThoseOfTheFusedKernels(string device)
    {
        SkipUnlessAvailable(device);

        var (expected, actual) = (Run("cpu", fused: true), Run(device, fused: false));

        Assert.True(expected.Evaluation.Metrics.AP > .3);
        Assert.Equal(expected.Evaluation.Metrics.AP, actual.Evaluation.Metrics.AP, .05);
        Assert.Equal(expected.Classification, actual.Classification, .03 * expected.Classification);
        Assert.Equal(expected.Box, actual.Box, .03 * expected.Box);

        ValidationResult Run(string place, bool fused)
        {
            using var kernels = new KernelSetting(fused);
            var (state, description) = ModelFile.Load(ModelFile.Find(trained.Folder));
            using var owned = state;
            using var placed = state.To(new(place));
            using var network = new RetinaNet(placed, new(ScalarType.BFloat16));
            return new Validator(trained.Set, description.Settings, network, new(description.Settings.Model.Anchors), threads: 2).Run(default);
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Detect_LearntImages_BestDetectionsAreThoseOfTheFusedKernels(string device)
    {
        SkipUnlessAvailable(device);

        foreach (var (expected, actual) in Run("cpu", fused: true).Zip(Run(device, fused: false)))
        {
            Assert.Equal(expected.Class, actual.Class);
            Assert.Equal(expected.Score, actual.Score, .05);
            Assert.True(Iou.Compute(expected.Box, actual.Box) > .9);
        }

        DetectedObject[] Run(string place, bool fused)
        {
            using var kernels = new KernelSetting(fused);
            using var detector = Detector.Load(trained.Folder, new() { Device = new(place), Precision = Precision.Bf16 });
            return [.. trained.Set.Images.Select(image => detector.Detect(image.Path)[0])];
        }
    }

    private static void SkipUnlessAvailable(string device) => Assert.SkipUnless(LibTorch.Devices().Contains(device), "needs a CUDA device");

    private static TrainingState State(string device)
    {
        using var state = WeightInitializer.Create(RetinaNetArchitecture.Create(TinyRun.Narrow, 2), 1);
        return new(state.To(new(device)), Settings.Training, ScalarType.BFloat16);
    }

    /// <summary>Performs an optimizer step with gradients that are a function of its number.</summary>
    private static void Step(TrainingState state, int step)
    {
        using var scope = NewDisposeScope();
        foreach (var (shard, network) in state.Shards.Index())
            foreach (var (i, (_, parameter)) in network.named_parameters().Index())
                if (parameter.requires_grad)
                    parameter.grad = arange(parameter.NumberOfElements, ScalarType.Float32).add(1 + step + (10 * shard) + i).sin().view(parameter.shape).to(parameter.dtype, parameter.device);
        state.Gradients.Collect();
        Assert.True(state.Update(Settings.Training.LearningRate, maxNorm: 10) > 10, "The gradients are not clipped.");
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Parameters(TrainingState state) => state.Shards[1].named_parameters().Select(entry => (entry.name, (Tensor)entry.parameter));

    private static void AssertSame(IEnumerable<(string Name, Tensor Tensor)> expected, IEnumerable<(string Name, Tensor Tensor)> actual, string device) => Assert.All(expected.Zip(actual), both =>
    {
        Assert.Equal((both.First.Name, device, device), (both.Second.Name, both.First.Tensor.device.ToString(), both.Second.Tensor.device.ToString()));
        Assert.Equal(Read(both.First.Tensor), Read(both.Second.Tensor));
    });

    private static float[] Read(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.to(CPU).ToArray();
    }
}
