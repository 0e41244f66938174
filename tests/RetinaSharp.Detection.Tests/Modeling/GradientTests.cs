using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Modeling;

/// <summary>
/// The backward pass through the whole network, with this project's kernels and without them, beside LibTorch's operators in fp64, for which there are no such kernels. The outputs'
/// gradients are given, so that the backward pass of every type starts from the same place.
/// </summary>
[Collection(TorchCollection.Name)]
public class GradientTests : LeakCheck
{
    private const int Height = 64;
    private const int Width = 96;

    private static readonly Dictionary<NormKind, (string Name, double[] Values)[]> Exact = [];

    // The largest is of a gradient that is missing or wrong: one ReLU beside 0 that rounding turns on or off moves its layer's by some hundredths, in fp32 too. In
    // bf16 some in a thousand turn in every layer, which with random weights and gradients that add up to nothing comes to a third; PyTorch's autocast is as far from fp64 there.
    [Theory]
    [InlineData(NormKind.Batch, ScalarType.Float32, true, 1e-5, .1)]
    [InlineData(NormKind.Batch, ScalarType.Float32, false, 1e-5, .1)]
    [InlineData(NormKind.Group, ScalarType.Float32, true, 1e-5, .1)]
    [InlineData(NormKind.Group, ScalarType.Float32, false, 1e-5, .1)]
    [InlineData(NormKind.Batch, ScalarType.BFloat16, true, .5, .8)]
    [InlineData(NormKind.Batch, ScalarType.BFloat16, false, .5, .8)]
    [InlineData(NormKind.Group, ScalarType.BFloat16, true, .5, .8)]
    [InlineData(NormKind.Group, ScalarType.BFloat16, false, .5, .8)]
    public void Backward_ShorterType_GradientsAreThoseOfDouble(NormKind norm, ScalarType type, bool fused, double median, double largest)
    {
        using var kernels = new KernelSetting(fused);
        var expected = Exact.TryGetValue(norm, out var known) ? known : Exact[norm] = Gradients(norm, ScalarType.Float64);
        var actual = Gradients(norm, type);

        Assert.Equal(expected.Select(parameter => parameter.Name), actual.Select(parameter => parameter.Name));
        var distances = expected.Zip(actual, (exact, other) => (exact.Name, Distance: Distance(exact.Values, other.Values))).OrderBy(parameter => parameter.Distance).ToArray();
        Assert.InRange(distances[distances.Length / 2].Distance, double.Epsilon, median);
        Assert.True(distances[^1].Distance < largest, $"{distances[^1]}");
    }

    private static (string Name, double[] Values)[] Gradients(NormKind norm, ScalarType type)
    {
        var model = Presets.Tiny.Model;
        // Group norm over the few pixels of a P6 and P7 would leave next to nothing of a gradient.
        var architecture = RetinaNetArchitecture.Create(model with { Norm = norm, HeadNorm = true, Anchors = model.Anchors with { MaxLevel = 5 } }, 3);
        using var state = WeightInitializer.Create(architecture, 1);
        using var values = state.ToComputeType(type, frozenParts: 0);
        using var network = new RetinaNet(values, new(type, IsTraining: true));
        using var scope = NewDisposeScope();
        var outputs = network.call(Noise(1, [2, 3, Height, Width]).to(type).ChannelsLast()).SelectMany(level => new[] { level.Logits, level.BoxOutputs }).ToArray();

        Autograd.Backward(outputs, [.. outputs.Select((output, i) => Noise(i, output.shape).to(type))]);

        return [.. network.named_parameters().Select(entry => (entry.name, entry.parameter.grad!.to(ScalarType.Float64).contiguous().Elements<double>().ToArray()))];
    }

    private static Tensor Noise(long seed, long[] shape)
    {
        var random = new RandomStream(seed, "noise");
        // Numbers that bf16 holds: what is measured is the backward pass, not the rounding of what it begins with.
        return TensorValues.Create(Enumerable.Range(0, (int)shape.Aggregate(1L, (product, size) => product * size)).Select(_ => (float)Math.Round(random.NextNormal() * 16) / 16), shape);
    }

    private static double Distance(double[] expected, double[] actual) =>
        Math.Sqrt(expected.Zip(actual, (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(a => a * a));
}
