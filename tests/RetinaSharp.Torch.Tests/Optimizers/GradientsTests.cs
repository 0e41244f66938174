using RetinaSharp.Torch.Modules;
using RetinaSharp.Torch.Optimizers;

namespace RetinaSharp.Torch.Tests.Optimizers;

public sealed class GradientsTests : LeakCheck
{
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Collect_OverTwoPasses_IsTheirSum(ScalarType type)
    {
        using var scope = new TensorScope();
        using var parameter = new Parameter(ParameterKind.Weight, 2);
        parameter.To(Device.Cpu, type);
        using var gradients = new Gradients([parameter]);
        Back(parameter, 1, 10);
        gradients.Collect(first: true);
        Assert.Null(parameter.Value.Gradient());
        Back(parameter, 1 / 256d, 2);
        gradients.Collect(first: false);
        // The sum is single precision: bfloat16 would have lost the 1/256.
        Assert.Equal([1 + (1 / 256d), 12], Numbers.Read(gradients.Sums[0]));
        Back(parameter, 3, 4);
        gradients.Collect(first: true);
        // A single pass's is what the pass left, without a copy.
        Assert.Equal([3, 4], Numbers.Read(gradients.Sums[0]));
        Assert.Equal(type, gradients.Sums[0].Type);
    }

    [Fact]
    public void Collect_WithoutAGradient_IsZeroAtFirstAndNothingLater()
    {
        using var scope = new TensorScope();
        using var parameter = new Parameter(ParameterKind.Weight, 2);
        using var gradients = new Gradients([parameter]);
        Back(parameter, 3, 4);
        gradients.Collect(first: true);
        gradients.Collect(first: false);
        Assert.Equal([3, 4], Numbers.Read(gradients.Sums[0]));
        gradients.Collect(first: true);
        Assert.Equal([0, 0], Numbers.Read(gradients.Sums[0]));
    }

    [Theory]
    [InlineData(13.5, 1)]
    [InlineData(13, 1)]
    [InlineData(6.5, .5)]
    [InlineData(double.PositiveInfinity, 1)]
    public void Clip_ToANorm_NotesTheFactorOfAll(double most, double factor)
    {
        using var scope = new TensorScope();
        using var one = new Parameter(ParameterKind.Weight, 2);
        using var other = new Parameter(ParameterKind.Bias, 1);
        using var gradients = new Gradients([one, other]);
        Back(one, 3, -4);
        Back(other, 12);
        gradients.Collect(first: true);
        Assert.Equal(13, gradients.Clip(most), 6);
        Assert.Equal(factor, gradients.Factor, 6);
        using var sgd = new Sgd([one, other], momentum: 0, weightDecay: 0);
        sgd.Step(gradients, learningRate: 1);
        Numbers.Close([-3 * factor, 4 * factor], Numbers.Read(one.Master), 1e-6);
        Numbers.Close([-12 * factor], Numbers.Read(other.Master), 1e-6);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Clip_WithoutANumber_SaysSoAndChangesNothing(double bad)
    {
        using var scope = new TensorScope();
        using var parameter = new Parameter(ParameterKind.Weight, 2);
        using var gradients = new Gradients([parameter]);
        Back(parameter, 3, bad);
        gradients.Collect(first: true);
        Assert.False(double.IsFinite(gradients.Clip(1)));
        Assert.Equal(1, gradients.Factor);
        Assert.Equal([3, bad], Numbers.Read(gradients.Sums[0]));
    }

    [Fact]
    public void Sums_OfConvolutionWeights_AreCollectedInAnyLayout()
    {
        using var scope = new TensorScope();
        using var convolution = new Conv2d(3, 4, 3);
        convolution.To(Device.Cpu, ScalarType.Float32);
        using var gradients = new Gradients([convolution.Weight]);
        var input = Numbers.Make(Numbers.Uniform(1, 75), [1, 3, 5, 5], ScalarType.Float32);
        var output = convolution.Forward(input);
        Autograd.Backward([output], [Numbers.Make(Numbers.Uniform(2, output.Count), output.Shape.ToArray(), ScalarType.Float32)]);
        var expected = Numbers.Read(convolution.Weight.Value.Gradient()!);
        gradients.Collect(first: true);
        Assert.Equal(expected, Numbers.Read(gradients.Sums[0]));
    }

    /// <summary>Leaves the given gradient at the parameter.</summary>
    private static void Back(Parameter parameter, params double[] gradient)
    {
        using var scope = new TensorScope();
        Autograd.Backward([parameter.Value * 1], [Numbers.Make(gradient, [gradient.Length], parameter.Value.Type)]);
    }
}
