using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Tests.Modeling;

/// <summary>
/// The way back through the whole network, with the engine's own kernels, beside LibTorch's operators in double precision, for which there are no such kernels. The outputs'
/// gradients are given, so that every type goes back from the same place.
/// </summary>
[Collection(TorchCollection.Name)]
public class GradientTests
{
    private const int Height = 64;
    private const int Width = 96;

    // The largest is of a gradient that is missing or wrong: one rectifier beside 0 that rounding turns on or off moves its layer's by some hundredths, in single precision too. In
    // bfloat16 some in a thousand turn in every layer, which with random weights and gradients that add up to nothing comes to a third; PyTorch's autocast is as far from double there.
    [Theory]
    [InlineData(NormKind.Batch, ScalarType.Float32, 1e-5, .1)]
    [InlineData(NormKind.Group, ScalarType.Float32, 1e-5, .1)]
    [InlineData(NormKind.Batch, ScalarType.BFloat16, .5, .8)]
    [InlineData(NormKind.Group, ScalarType.BFloat16, .5, .8)]
    public void Backward_ShorterType_GradientsAreThoseOfDouble(NormKind norm, ScalarType type, double median, double largest)
    {
        var expected = Gradients(norm, ScalarType.Float64);
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
        using var network = new RetinaNet(model with { Norm = norm, HeadNorm = true, Anchors = model.Anchors with { MaxLevel = 5 } }, 3);
        WeightInitializer.Initialize(network, 1);
        network.To(Device.Cpu, type);
        network.Train(true);
        using var scope = new TensorScope();
        var outputs = network.Forward(Noise(1, [2, 3, Height, Width]).To(type).ChannelsLast()).SelectMany(level => new[] { level.Logits, level.Deltas }).ToArray();

        Autograd.Backward(outputs, [.. outputs.Select((output, i) => Noise(i, output.Shape).To(type))]);

        return [.. network.NamedParameters().Select(parameter => (parameter.Name, parameter.Parameter.Value.Gradient()!.To(ScalarType.Float64).Contiguous().Data<double>().ToArray()))];
    }

    private static Tensor Noise(long seed, ReadOnlySpan<long> shape)
    {
        var random = new RandomStream(seed, "noise");
        var count = 1L;
        foreach (var size in shape)
            count *= size;
        // Numbers that bfloat16 holds: what is measured is the way back, not the rounding of what it begins with.
        return Tensor.From<float>([.. Enumerable.Range(0, (int)count).Select(_ => (float)Math.Round(random.NextNormal() * 16) / 16)], Device.Cpu, shape);
    }

    private static double Distance(double[] expected, double[] actual) =>
        Math.Sqrt(expected.Zip(actual, (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(a => a * a));
}
