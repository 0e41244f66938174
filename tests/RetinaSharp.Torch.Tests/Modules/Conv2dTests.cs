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
