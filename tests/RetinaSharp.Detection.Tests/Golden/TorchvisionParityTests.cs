using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;
using RetinaSharp.Inference.Postprocessing;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Golden;

/// <summary>
/// The network, its losses and its detections beside torchvision's two RetinaNets (ResNet-18 in both). torchvision.json was
/// made by make_torchvision_golden.py.
/// </summary>
[Trait("Category", "Slow")]
[Collection(TorchCollection.Name)]
public class TorchvisionParityTests : LeakCheck
{
    private static readonly Category[] Categories = [new(1, "a"), new(2, "b"), new(3, "c")];

    private static readonly JsonElement Golden = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "RetinaSharp.Detection.Tests", "Golden", "torchvision.json"))).RootElement;

    private static readonly Box[] Boxes = [new(8, 10, 40, 44), new(50, 5, 90, 60), new(20, 30, 28, 38), new(60.5f, 20.25f, 75, 50)];

    private static readonly int[] Classes = [1, 2, 0, 1];

    private static readonly TrainingSettings Training = new() { Batch = 2, Clip = 0, Ema = 0 };

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public void StateDict_Names_AreTorchvisions(string variant)
    {
        using var state = NetworkState.Create(Architecture(variant));
        using var network = new RetinaNet(state);

        var names = network.state_dict().Keys;

        // TorchSharp lists the buffers after the parameters.
        Assert.Equal(Golden.GetProperty(variant).GetProperty("names").EnumerateArray().Select(name => name.GetString()!), names.Order(StringComparer.Ordinal));
        Assert.Equal(state.Architecture.Tensors().Select(layout => layout.Name).Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("v1", true)]
    [InlineData("v1", false)]
    [InlineData("v2", true)]
    [InlineData("v2", false)]
    public void Forward_TwoImages_OutputsAreTorchvisions(string variant, bool fused)
    {
        using var kernels = new KernelSetting(fused);
        using var state = State(variant);
        using var network = new RetinaNet(state);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using var images = Images();
        var outputs = network.call(Preprocessing.Input(images, network));

        var levels = Golden.GetProperty(variant).GetProperty("levels").EnumerateArray().ToArray();
        Assert.Equal(levels.Length, outputs.Length);
        foreach (var (level, output) in levels.Zip(outputs))
        {
            AssertClose(level.GetProperty("logits"), output.Logits, 1e-4, "logits");
            AssertClose(level.GetProperty("deltas"), output.BoxOutputs, 1e-4, "deltas");
        }
    }

    [Theory]
    [InlineData("v1", true)]
    [InlineData("v1", false)]
    [InlineData("v2", true)]
    [InlineData("v2", false)]
    public void Predict_TwoImages_DetectionsAreTorchvisions(string variant, bool fused)
    {
        using var kernels = new KernelSetting(fused);
        using var state = State(variant);
        using var network = new RetinaNet(state);
        using var images = Images();
        AssertDetections(variant, Detect(network, new() { MaxDetections = 30 }, images));
    }

    [Theory]
    [InlineData("v1", true)]
    [InlineData("v1", false)]
    [InlineData("v2", true)]
    [InlineData("v2", false)]
    public void Predict_ManyCandidates_DetectionsAreTorchvisions(string variant, bool fused)
    {
        using var kernels = new KernelSetting(fused);
        var golden = Golden.GetProperty(variant).GetProperty("scaled");
        using var state = State(variant, golden);
        using var network = new RetinaNet(state);
        using var images = Images();
        var found = Detect(network, Settings(variant).Inference, images);

        Assert.All(found, one => Assert.True(one.Count >= 50));
        AssertDetections(golden, found);
    }

    [Theory]
    [InlineData("v1", true)]
    [InlineData("v1", false)]
    [InlineData("v2", true)]
    [InlineData("v2", false)]
    public void Run_TwentySteps_LossesAreTorchvisions(string variant, bool fused)
    {
        using var kernels = new KernelSetting(fused);
        var golden = Golden.GetProperty(variant);
        var wanted = golden.GetProperty("steps").EnumerateArray().Select(losses => losses.EnumerateArray().Select(loss => loss.GetDouble()).ToArray()).ToArray();
        using var state = new TrainingState(State(variant), Training, ScalarType.Float32);
        using var shards = new ShardThreads(1, 2);
        var settings = Settings(variant) with { Training = Training };
        var steps = new StepRunner(settings.Training, state, new(settings.Loss), new(settings.Loss.Normalizer), null, null, null, shards, new());
        using var batches = Steps(settings, wanted.Length).GetEnumerator();

        for (var step = 0; step < wanted.Length; step++)
        {
            var (classification, box, images, _, _) = steps.Run(batches, golden.GetProperty("rate").GetDouble(), step)!.Value;

            Assert.Equal(2, images);
            AssertRelative(wanted[step][0], classification, 1e-3, $"classification, step {step}");
            AssertRelative(wanted[step][1], box, 1e-3, $"box, step {step}");
        }
    }

    [Theory]
    [InlineData("v1", true)]
    [InlineData("v1", false)]
    [InlineData("v2", true)]
    [InlineData("v2", false)]
    public void Backward_OneImage_LossesAndGradientsAreTorchvisions(string variant, bool fused)
    {
        using var kernels = new KernelSetting(fused);
        using var state = State(variant);
        using var network = new RetinaNet(state, new(IsTraining: true));
        using var scope = NewDisposeScope();
        var settings = Settings(variant);
        using var batch = Batches.Create(state.Architecture.Settings.Anchors, settings.Assigner, FormulaWeights.Picture(0, 96, 64), Boxes, Classes);

        var loss = new DetectionLoss(settings.Loss).Evaluate(network.call(Preprocessing.Input(batch, network)), batch.Targets, Math.Max(1, batch.Targets.PositiveCount));
        Autograd.Backward(loss.Outputs, loss.Gradients);

        var golden = Golden.GetProperty(variant);
        AssertRelative(golden.GetProperty("losses").GetProperty("classification").GetDouble(), loss.Classification, 1e-5);
        AssertRelative(golden.GetProperty("losses").GetProperty("bbox_regression").GetDouble(), loss.Box, 1e-5);
        var parameters = network.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        foreach (var gradient in golden.GetProperty("gradients").EnumerateObject())
            AssertClose(gradient.Value, parameters[gradient.Name].grad!, 1e-3, gradient.Name);
        network.UpdateRunningStats();
        foreach (var statistic in golden.GetProperty("statistics").EnumerateObject())
            AssertClose(statistic.Value, state[statistic.Name], 1e-4, statistic.Name);
    }

    /// <summary>Asserts that these are torchvision's detections in <see cref="Images"/>.</summary>
    internal static void AssertDetections(string variant, IReadOnlyList<IReadOnlyList<DetectedObject>> found) =>
        AssertDetections(Golden.GetProperty(variant), found);

    /// <summary>Asserts that these are the detections of <paramref name="golden"/>, of one or more images.</summary>
    internal static void AssertDetections(JsonElement golden, IReadOnlyList<IReadOnlyList<DetectedObject>> found)
    {
        var wanted = golden.GetProperty("detections").EnumerateArray().ToArray();
        for (var i = 0; i < wanted.Length; i++)
        {
            var rows = wanted[i].EnumerateArray().Select(row => row.EnumerateArray().Select(value => value.GetDouble()).ToArray()).ToArray();
            Assert.True(rows.Length >= 20);
            Assert.Equal(rows.Length, found[i].Count);
            // Scores that differ by rounding alone may come in either order.
            var left = found[i].ToList();
            foreach (var row in rows)
            {
                var place = left.FindIndex(one => one.Class == (int)row[0] && Math.Abs(row[1] - one.Score) <= 1e-4
                    && new[] { one.Box.X1, one.Box.Y1, one.Box.X2, one.Box.Y2 }.Zip(row[2..]).All(pair => Math.Abs(pair.First - pair.Second) <= .01));
                Assert.True(place >= 0, $"image {i}: no detection as {string.Join(", ", row)}");
                left.RemoveAt(place);
            }
        }
    }

    private static RunSettings Settings(string variant) => Compatibility.Apply(new()
    {
        Model = variant == "v1"
        ? new() { Depth = 18, PyramidChannels = 32 }
        : new() { Depth = 18, PyramidChannels = 256, Norm = NormKind.Batch, HeadNorm = true }
    }, "torchvision");

    private static RetinaNetArchitecture Architecture(string variant) => RetinaNetArchitecture.Create(Settings(variant), Categories.Length);

    internal static NetworkState State(string variant) => State(variant, Golden.GetProperty(variant));

    private static NetworkState State(string variant, JsonElement golden)
    {
        var state = NetworkState.Create(Architecture(variant));
        FormulaWeights.Fill(state, golden.GetProperty("salt").GetInt32(), golden.TryGetProperty("gain", out var gain) ? gain.GetDouble() : 1);
        return state;
    }

    private static IReadOnlyList<DetectedObject>[] Detect(RetinaNet network, InferenceSettings settings, ImageBatch images)
    {
        var anchors = network.Architecture.Settings.Anchors;
        using var output = (IHeadOutput)new TorchEngine(network, new() { Categories = Categories, Anchors = anchors, Input = Input }, threads: 2).Run(images);
        return new Postprocessor(settings, Categories, BoxHeadOutputs.Delta).Run(output, new AnchorGenerator(anchors).Generate(images.Height, images.Width), images.Images);
    }

    internal static InputSize Input { get; } = new(64, 96);

    // Of sizes that need no resizing; the second is padded below.
    internal static Image[] Pictures() => [FormulaWeights.Picture(0, 96, 64), FormulaWeights.Picture(1, 96, 48)];

    internal static ImageBatch Images() => ImageBatch.Create(Pictures(), Input, new());

    private static IEnumerable<TrainingBatch> Steps(RunSettings settings, int count) => Enumerable.Range(0, count).Select(_ => Batches.Create(
        settings.Model.Anchors, settings.Assigner, (FormulaWeights.Picture(0, 96, 64), Boxes, Classes), (FormulaWeights.Picture(1, 96, 48), [new(30, 4, 70, 40)], [2])));

    /// <summary>Relative distance (L2) of the sampled values, and of the norm of all.</summary>
    internal static void AssertClose(JsonElement golden, Tensor tensor, double tolerance, string what)
    {
        var values = tensor.ToArray();
        Assert.Equal(golden.GetProperty("count").GetInt32(), values.Length);
        var step = golden.GetProperty("step").GetInt32();
        var (distance, size) = (0.0, 0.0);
        var index = 0;
        foreach (var value in golden.GetProperty("values").EnumerateArray())
        {
            distance += Math.Pow(value.GetDouble() - values[index], 2);
            size += Math.Pow(value.GetDouble(), 2);
            index += step;
        }
        Assert.True(Math.Sqrt(distance) <= tolerance * Math.Sqrt(size), $"{what}: {Math.Sqrt(distance / size):g3} apart");
        AssertRelative(golden.GetProperty("norm").GetDouble(), Math.Sqrt(values.Sum(value => (double)value * value)), tolerance, what);
    }

    private static void AssertRelative(double expected, double actual, double tolerance, string what = "loss") =>
        Assert.True(Math.Abs(expected - actual) <= tolerance * Math.Abs(expected), $"{what}: {actual} instead of {expected}");
}
