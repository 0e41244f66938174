using System.Text.Json;
using RetinaSharp.Annotations;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Settings;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Tests.Golden;

/// <summary>
/// The network, its losses and its detections beside torchvision's two RetinaNets (ResNet-18 in both). torchvision.json was
/// made by make_torchvision_golden.py.
/// </summary>
[Collection(TorchCollection.Name)]
public class TorchvisionParityTests
{
    private static readonly Category[] Categories = [new(1, "a"), new(2, "b"), new(3, "c")];

    private static readonly JsonElement Golden = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "RetinaSharp.Detection.Tests", "Golden", "torchvision.json"))).RootElement;

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public void State_Names_AreTorchvisions(string variant)
    {
        using var network = new RetinaNet(Model(variant), Categories.Length);

        Assert.Equal(
            Golden.GetProperty(variant).GetProperty("names").EnumerateArray().Select(name => name.GetString()!),
            network.State().Select(entry => entry.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public void Forward_TwoImages_OutputsAreTorchvisions(string variant)
    {
        using var network = Network(variant);
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        using var images = Images();
        var outputs = network.Forward(Input(images, network));

        var levels = Golden.GetProperty(variant).GetProperty("levels").EnumerateArray().ToArray();
        Assert.Equal(levels.Length, outputs.Length);
        foreach (var (level, output) in levels.Zip(outputs))
        {
            AssertClose(level.GetProperty("logits"), output.Logits, 1e-4, "logits");
            AssertClose(level.GetProperty("deltas"), output.Deltas, 1e-4, "deltas");
        }
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public void Predict_TwoImages_DetectionsAreTorchvisions(string variant)
    {
        using var network = Network(variant);
        using var images = Images();
        var predictor = new Predictor(network, new(network.Settings.Anchors), new() { MaxDetections = 30 }, Categories);

        AssertDetections(variant, predictor.Predict(images));
    }

    [Theory]
    [InlineData("v1", BoxLossKind.L1)]
    [InlineData("v2", BoxLossKind.Giou)]
    public void Backward_OneImage_LossesAndGradientsAreTorchvisions(string variant, BoxLossKind boxLoss)
    {
        using var network = Network(variant);
        network.Train(true);
        using var scope = new TensorScope();
        // torchvision's rule of low-quality matches has no floor.
        using var batch = Batches.Of(
            network.Settings.Anchors, new() { LowQualityFloor = 0 }, FormulaWeights.Picture(0, 96, 64),
            [new(8, 10, 40, 44), new(50, 5, 90, 60), new(20, 30, 28, 38), new(60.5f, 20.25f, 75, 50)], [1, 2, 0, 1]);

        var loss = DetectionLoss.Evaluate(new() { Box = boxLoss }, network.Forward(Batches.Input(batch, network)), batch, Math.Max(1, batch.PositiveCount));
        Autograd.Backward(loss.Outputs, loss.Gradients);

        var golden = Golden.GetProperty(variant);
        AssertRelative(golden.GetProperty("losses").GetProperty("classification").GetDouble(), loss.Classification, 1e-5);
        AssertRelative(golden.GetProperty("losses").GetProperty("bbox_regression").GetDouble(), loss.Box, 1e-5);
        var parameters = network.NamedParameters().ToDictionary(entry => entry.Name, entry => entry.Parameter);
        foreach (var gradient in golden.GetProperty("gradients").EnumerateObject())
            AssertClose(gradient.Value, parameters[gradient.Name].Value.Gradient()!, 1e-3, gradient.Name);
        var buffers = network.NamedBuffers().ToDictionary(entry => entry.Name, entry => entry.Tensor);
        network.Settle();
        foreach (var statistic in golden.GetProperty("statistics").EnumerateObject())
            AssertClose(statistic.Value, buffers[statistic.Name], 1e-4, statistic.Name);
    }

    /// <summary>Asserts that these are torchvision's detections in <see cref="Images"/>.</summary>
    internal static void AssertDetections(string variant, IReadOnlyList<IReadOnlyList<RetinaSharp.Detection.Inference.Detection>> found)
    {
        var wanted = Golden.GetProperty(variant).GetProperty("detections").EnumerateArray().ToArray();
        for (var i = 0; i < wanted.Length; i++)
        {
            var rows = wanted[i].EnumerateArray().Select(row => row.EnumerateArray().Select(value => value.GetDouble()).ToArray()).ToArray();
            Assert.True(rows.Length >= 20);
            Assert.Equal(rows.Select(row => (int)row[0]), found[i].Select(detection => detection.Class));
            foreach (var (row, detection) in rows.Zip(found[i]))
            {
                Assert.Equal(row[1], detection.Score, 1e-4);
                Assert.Equal(row[2], detection.Box.X1, .01);
                Assert.Equal(row[3], detection.Box.Y1, .01);
                Assert.Equal(row[4], detection.Box.X2, .01);
                Assert.Equal(row[5], detection.Box.Y2, .01);
            }
        }
    }

    private static ModelSettings Model(string variant)
    {
        var anchors = new AnchorSettings { Compatibility = AnchorCompatibility.Torchvision };
        return variant == "v1"
            ? new() { Depth = 18, PyramidChannels = 32, P6From = P6Source.P5, Anchors = anchors }
            : new() { Depth = 18, PyramidChannels = 256, P6From = P6Source.C5, Anchors = anchors, Norm = NormKind.Batch, HeadNorm = true };
    }

    internal static RetinaNet Network(string variant)
    {
        var network = new RetinaNet(Model(variant), Categories.Length);
        FormulaWeights.Fill(network, Golden.GetProperty(variant).GetProperty("salt").GetInt32());
        network.To(Device.Cpu, ScalarType.Float32);
        network.Train(false);
        return network;
    }

    // Of sizes that need no resizing; the second is padded below.
    internal static ImageBatch Images() =>
        ImageBatch.Of([FormulaWeights.Picture(0, 96, 64), FormulaWeights.Picture(1, 96, 48)], new InputSize(64, 96), new());

    private static Tensor Input(ImageBatch batch, RetinaNet network) => Preprocessing.Input(batch, network);

    /// <summary>Relative distance (L2) of the sampled values, and of the norm of all.</summary>
    private static void AssertClose(JsonElement golden, Tensor tensor, double tolerance, string what)
    {
        var values = tensor.Detach().ToArray();
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
