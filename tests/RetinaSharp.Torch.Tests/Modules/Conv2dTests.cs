using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Torch.Tests.Modules;

public class Conv2dTests : LeakCheck
{
    private const int Inputs = 48, Outputs = 32;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(3, 1)]
    [InlineData(2, 2)]
    public void Forward_StrideTwoOverFewPixels_HasTheGradientOfSinglePrecision(int height, int width)
    {
        var expected = WeightGradient(ScalarType.Float32, height, width);
        var actual = WeightGradient(ScalarType.BFloat16, height, width);
        // Relative to the whole: both inputs are rounded to eight bits.
        var error = Math.Sqrt(expected.Zip(actual, (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(value => value * value));
        Assert.InRange(error, 0, .02);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Forward_OfTheStem_FoldsPixelsAsTheOperatorsDo(ScalarType type)
    {
        using var scope = new TensorScope();
        using var stem = new StemConv2d(16);
        Fill(stem.Weight.Master.Data<float>());
        stem.To(Device.Cpu, type);
        var pixels = Tensor.Zeros(ScalarType.Float32, Device.Cpu, 2, 3, 6, 10);
        Fill(pixels.Data<float>());
        var images = pixels.To(type).ChannelsLast();
        // Of images whose gradient is wanted the operators do it.
        var recorded = images.Clone();
        recorded.RequiresGrad = true;

        var output = stem.Forward(images).Detach().ToArray();

        Assert.Equal(stem.Forward(recorded).Detach().ToArray(), output);
        var plain = Functional.Conv2d(images.To(ScalarType.Float32), stem.Weight.Value.Detach().To(ScalarType.Float32), null, 2, 3).ToArray();
        foreach (var (wanted, found) in plain.Zip(output))
            Assert.Equal(wanted, found, type == ScalarType.Float32 ? 1e-4 : .05);
    }

    private static double[] WeightGradient(ScalarType type, int height, int width)
    {
        using var scope = new TensorScope();
        using var convolution = new Conv2d(Inputs, Outputs, 3, 2);
        Fill(convolution.Weight.Master.Data<float>());
        convolution.To(Device.Cpu, type);
        var input = Tensor.Zeros(ScalarType.Float32, Device.Cpu, 2, Inputs, height, width);
        Fill(input.Data<float>());
        var output = convolution.Forward(input.To(type).ChannelsLast());
        Assert.Equal([2, Outputs, (height + 1) / 2, (width + 1) / 2], output.Shape.ToArray());
        var gradient = Tensor.Zeros(ScalarType.Float32, Device.Cpu, output.Shape);
        Fill(gradient.Data<float>());
        var gradientThere = gradient.To(type).ChannelsLast();
        Pollute();
        Autograd.Backward([output], [gradientThere]);
        return Numbers.Read(convolution.Weight.Value.Gradient()!);
    }

    private static void Fill(Span<float> elements)
    {
        for (var i = 0; i < elements.Length; i++)
            elements[i] = MathF.Sin(1 + i);
    }

    // What is allocated next, and not written, is not a number.
    private static void Pollute()
    {
        using var scope = new TensorScope();
        for (var size = 256; size < 1 << 20; size *= 2)
            for (var i = 0; i < 4; i++)
                Tensor.Zeros(ScalarType.Float32, Device.Cpu, size).Data<float>().Fill(float.NaN);
    }
}
