using Google.Protobuf;
using RetinaSharp.Onnx.Quantization;

namespace RetinaSharp.Onnx.Tests.Quantization;

/// <summary>Holds quantized convolutions in ONNX Runtime against integer arithmetic.</summary>
public sealed class ConvolutionArithmeticTests : IDisposable
{
    private const int Height = 9, Width = 13, Pixels = Height * Width;

    // With 7 bits, no CPU saturates.
    private const int WeightLimit = 63;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Run_SmallModel_EqualsIntegerArithmetic(int seed)
    {
        var graph = QuantizableGraph.Create("small.onnx", SmallModel.Create(seed));
        var (stem, logits, boxes) = (graph.Convolutions[0], graph.Convolutions[1], graph.Convolutions[2]);
        TensorRange[] boxRanges = [new(-90, 10), new(-10, 300), new(-1000, 1000), new(0, 50)];
        var ranges = new Dictionary<string, TensorRange[]> { [stem.Input] = [new(0, 255)], [stem.Output] = [new(0, 280)], [logits.Output] = [new(-150, 210)], [boxes.Output] = boxRanges };
        var plan = new QuantizationPlan(graph, graph.Layers.ToHashSet());
        Assert.Equal([boxes.Output], plan.PerChannel);
        var model = QdqGraph.Create(graph, plan, ranges, WeightLimit);
        var image = new byte[Pixels * 3];
        new Random(seed).NextBytes(image);

        using var session = new ModelSession("small.onnx", model, threads: 1);
        using var outputs = session.Run(new(Height, Width, image), ["logits", "deltas"]);

        // The scale of the pixels is 1, so that they are their own bytes.
        var planes = new byte[image.Length];
        for (var i = 0; i < image.Length; i++)
            planes[((i % 3) * Pixels) + (i / 3)] = image[i];
        var reference = new IntegerConvolution(model);
        var (scale, zero) = ActivationScale.Create(ranges[stem.Output][0]);
        Assert.Equal(0, zero);
        var features = reference.Compute(SmallModel.Stem, stem.Node.Output[0], planes, 1, 0, scale, 0, 3, Height, Width);
        var logitScale = ActivationScale.Create(ranges[logits.Output][0], coversLow: true);
        var expectedLogits = reference.Compute(SmallModel.Logits, logits.Node.Output[0], features, scale, 0, logitScale.Scale, logitScale.ZeroPoint, 1, Height, Width);
        // Weights and bias include the scales and zero points of the channels.
        var expectedBoxes = reference.Compute(SmallModel.Boxes, boxes.Node.Output[0], features, scale, 0, 1, 0, 1, Height, Width);

        Assert.True(features.Distinct().Count() > 30);
        Assert.Equal(Dequantize(expectedLogits, _ => logitScale), outputs[0].GetTensorDataAsSpan<float>().ToArray());
        Assert.Equal(Dequantize(expectedBoxes, channel => ActivationScale.Create(boxRanges[channel])), outputs[1].GetTensorDataAsSpan<float>().ToArray());
        File.WriteAllBytes(_folder.At("small.onnx"), model.ToByteArray());
        Assert.Equal(3, OptimizedGraph.CountOperators(_folder.At("small.onnx"), _folder)["QLinearConv"]);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(float.MinValue, float.MaxValue)]
    [InlineData(-1e-45f, 1e-45f)]
    [InlineData(-1e-30f, 1e30f)]
    [InlineData(5, 5)]
    public void Run_HostileRanges_IsFinite(float low, float high)
    {
        var graph = QuantizableGraph.Create("small.onnx", SmallModel.Create(1));
        var plan = new QuantizationPlan(graph, graph.Layers.ToHashSet());
        TensorRange[] range = [new(low, high)];
        var ranges = plan.Tensors.ToDictionary(tensor => tensor, tensor => plan.PerChannel.Contains(tensor) ? [range[0], range[0], new(0, 0), new(-1, 1)] : range);

        using var session = new ModelSession("small.onnx", QdqGraph.Create(graph, plan, ranges, WeightLimit), threads: 1);
        using var outputs = session.Run(InputImage.Uniform(200), ["logits", "deltas"]);

        Assert.All(outputs, output => Assert.DoesNotContain(output.GetTensorDataAsSpan<float>().ToArray(), value => !float.IsFinite(value)));
    }

    // From [channels, pixels] to [pixels, channels].
    private static float[] Dequantize(byte[] bytes, Func<int, ActivationScale> scale)
    {
        var channels = bytes.Length / Pixels;
        return [.. Enumerable.Range(0, bytes.Length).Select(i => (bytes[((i % channels) * Pixels) + (i / channels)] - scale(i % channels).ZeroPoint) * scale(i % channels).Scale)];
    }
}
