using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Torch.Tests.Modules;

public class NormTests : LeakCheck
{
    private const double Epsilon = 1e-5;

    private readonly Image _image = Image.Random(50, 2, 3, 6, 7);

    [Theory]
    [InlineData(true, ScalarType.Float32, 2e-5)]
    [InlineData(false, ScalarType.Float32, 2e-5)]
    [InlineData(true, ScalarType.BFloat16, .08)]
    [InlineData(false, ScalarType.BFloat16, .08)]
    public void BatchNorm_AtInference_FoldedIsUnfolded(bool frozen, ScalarType type, double tolerance)
    {
        using var scope = new TensorScope();
        using var block = Block(frozen ? new FrozenBatchNorm2d(4) : new BatchNorm2d(4));
        var expected = Unfolded(block);
        block.To(Device.Cpu, type);
        Numbers.Close(expected, Numbers.Read(block.Forward(_image.ToTensor(type).ChannelsLast())), tolerance);
    }

    [Fact]
    public void BatchNorm_InTraining_IsTheDefinition()
    {
        using var scope = new TensorScope();
        using var block = Block(new BatchNorm2d(4));
        block.Train(true);
        var (mean, variance) = (States.Of(block, "1.running_mean"), States.Of(block, "1.running_var"));
        var convolved = Convolved(block);
        var moments = Enumerable.Range(0, 4).Select(c => convolved.Moments(0, 2, c, c + 1)).ToArray();
        var expected = convolved.Affine([.. moments.Select(m => m.Mean)], [.. moments.Select(m => m.Variance)], States.Of(block, "1.weight"), States.Of(block, "1.bias"), Epsilon);
        Numbers.Close(expected.Values, Numbers.Read(block.Forward(Input())), 2e-5);
        block.Settle();
        Numbers.Close([.. mean.Zip(moments, (old, m) => (.9 * old) + (.1 * m.Mean))], States.Of(block, "1.running_mean"), 1e-6);
        Numbers.Close([.. variance.Zip(moments, (old, m) => (.9 * old) + (.1 * m.Variance * 84 / 83))], States.Of(block, "1.running_var"), 1e-6);
        // At inference the moved statistics are the ones that are used.
        block.Train(false);
        Numbers.Close(Unfolded(block), Numbers.Read(block.Forward(Input())), 2e-5);
    }

    [Fact]
    public void BatchNorm_InTrainingOverALargeMap_LeavesNoMean()
    {
        const int side = 256;
        using var scope = new TensorScope();
        using var block = Block(new BatchNorm2d(4));
        block.Train(true);

        var output = Numbers.Read(block.Forward(Numbers.Make(Numbers.Uniform(5, 2 * 3 * side * side, 0, 2), [2, 3, side, side]).To(ScalarType.Float32).ChannelsLast()));

        // By definition nothing but the shift is left of it; sums in single precision leave ten times as much as is allowed here.
        var shifts = States.Of(block, "1.bias");
        Assert.All(Enumerable.Range(0, 4), channel => Assert.Equal(
            shifts[channel], Enumerable.Range(0, 2).Average(image => output.AsSpan((image * 4 + channel) * side * side, side * side).ToArray().Average()), 3e-7));
    }

    [Fact]
    public void BatchNorm_InTrainingInBFloat16_LearnsBesideSinglePrecision()
    {
        using var scope = new TensorScope();
        using var single = Block(new BatchNorm2d(4));
        using var half = Block(new BatchNorm2d(4));
        half.To(Device.Cpu, ScalarType.BFloat16);
        Train(single, ScalarType.Float32);
        Train(half, ScalarType.BFloat16);
        foreach (var (one, other) in single.NamedParameters().Zip(half.NamedParameters()))
        {
            Assert.Equal(other.Parameter.Value.Type, other.Parameter.Value.Gradient()!.Type);
            Numbers.Close(Numbers.Read(one.Parameter.Value.Gradient()!), Numbers.Read(other.Parameter.Value.Gradient()!), .15);
        }
    }

    [Fact]
    public void FrozenBatchNorm_InTraining_IsConvolutionThenAffineWithTheSameGradients()
    {
        using var scope = new TensorScope();
        using var block = Block(new FrozenBatchNorm2d(4));
        block.Train(true);
        var expected = Unfolded(block);
        var input = Input();
        input.RequiresGrad = true;
        var output = block.Forward(input);
        Numbers.Close(expected, Numbers.Read(output), 2e-5);

        // The unfolded form in double precision.
        var (x, weight) = (_image.ToTensor(), Numbers.Make(States.Of(block, "0.weight"), [4, 3, 3, 3]));
        (x.RequiresGrad, weight.RequiresGrad) = (true, true);
        var scale = Numbers.Make([.. States.Of(block, "1.weight").Zip(States.Of(block, "1.running_var"), (w, v) => w / Math.Sqrt(v + Epsilon))], [4, 1, 1]);
        var unfolded = Functional.Conv2d(x, weight, null, 1, 1) * scale;
        var seed = Numbers.Make(7, output.Shape.ToArray());
        Autograd.Backward([unfolded], [seed]);
        Autograd.Backward([output], [seed.To(ScalarType.Float32)]);
        Numbers.Close(Numbers.Read(weight.Gradient()!), Numbers.Read(block.Convolution.Weight.Value.Gradient()!), 5e-5);
        Numbers.Close(Numbers.Read(x.Gradient()!), Numbers.Read(input.Gradient()!), 5e-5);
    }

    [Fact]
    public void FrozenBatchNorm_BehindAFrozenConvolution_PassesTheGradientOn()
    {
        using var scope = new TensorScope();
        using var block = Block(new FrozenBatchNorm2d(4));
        block.Convolution.Weight.IsTrainable = false;
        block.Train(true);
        var input = Input();
        input.RequiresGrad = true;
        var output = block.Forward(input);
        using var seed = Tensor.Zeros(ScalarType.Float32, Device.Cpu, output.Shape);
        Autograd.Backward([output], [seed]);
        Assert.NotNull(input.Gradient());
        Assert.Null(block.Convolution.Weight.Value.Gradient());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Refresh_AfterTheWeightsMoved_FoldsAnew(bool frozen)
    {
        using var scope = new TensorScope();
        using var block = Block(frozen ? new FrozenBatchNorm2d(4) : new BatchNorm2d(4));
        var before = Numbers.Read(block.Forward(Input()));
        Assert.Equal(before, Numbers.Read(block.Forward(Input())));
        block.WithRandomState(77);
        var after = Numbers.Read(block.Forward(Input()));
        Assert.NotEqual(before, after);
        Numbers.Close(Unfolded(block), after, 2e-5);
    }

    [Fact]
    public void Train_AfterTheWeightsMoved_FoldsAnew()
    {
        using var scope = new TensorScope();
        using var block = Block(new BatchNorm2d(4));
        block.Forward(Input());
        using (Autograd.WithoutGradient())
            block.Convolution.Weight.Master.Zero_();
        block.Train(false);
        Numbers.Close(Unfolded(block), Numbers.Read(block.Forward(Input())), 2e-5);
    }

    [Fact]
    public void Forward_Folded_KeepsTwoTensorsOnly()
    {
        using var scope = new TensorScope();
        using var block = Block(new BatchNorm2d(4));
        var input = Input();
        var before = TensorCount.Alive;
        for (var i = 0; i < 3; i++)
            block.Forward(input).Dispose();
        Assert.Equal(before + 2, TensorCount.Alive);
    }

    [Theory]
    [InlineData(ScalarType.Float32, 2e-5)]
    [InlineData(ScalarType.BFloat16, .08)]
    public void GroupNorm_ForwardAndBack_IsTheDefinition(ScalarType type, double tolerance)
    {
        using var scope = new TensorScope();
        // 48 channels: 32 does not divide them, 24 does.
        using var block = new ConvBlock(new(3, 48, 3, bias: false), new GroupNorm(48)).WithRandomState(1);
        var weight = new Image(48, 3, 3, 3) { Values = States.Of(block, "0.weight") };
        var expected = _image.Conv(weight, null, 1, 1).GroupNorm(24, States.Of(block, "1.weight"), States.Of(block, "1.bias"), Epsilon);
        block.To(Device.Cpu, type);
        var output = block.Forward(_image.ToTensor(type).ChannelsLast());
        Assert.Equal(type, output.Type);
        Numbers.Close(expected.Values, Numbers.Read(output), tolerance);
        using var seed = Tensor.Zeros(type, Device.Cpu, output.Shape);
        Autograd.Backward([output], [seed]);
        Assert.All(block.NamedParameters(), entry =>
        {
            using var gradient = entry.Parameter.Value.Gradient();
            Assert.Equal(entry.Parameter.Value.Type, gradient?.Type);
        });
    }

    [Fact]
    public void GroupNorm_LargeMapInBFloat16_IsThatOfSinglePrecision()
    {
        using var scope = new TensorScope();
        var large = Image.Random(52, 2, 16, 48, 48);
        var (single, half) = (Run(ScalarType.Float32), Run(ScalarType.BFloat16));
        foreach (var (name, one, other) in new[] { "output", "convolution", "weight", "bias" }.Zip(single, half))
        {
            var apart = Math.Sqrt(one.Zip(other, (a, b) => (a - b) * (a - b)).Sum() / one.Sum(a => a * a));
            Assert.True(apart < .02, $"{name}: {apart:0.000} apart");
        }

        double[][] Run(ScalarType type)
        {
            using var block = new ConvBlock(new(16, 48, 3, bias: false), new GroupNorm(48)).WithRandomState(1);
            block.To(Device.Cpu, type);
            var output = block.Forward(large.ToTensor(type).ChannelsLast());
            Autograd.Backward([output], [Numbers.Make(Numbers.Uniform(3, output.Count), output.Shape.ToArray(), type)]);
            return [Numbers.Read(output), .. block.NamedParameters().Select(entry => Numbers.Read(entry.Parameter.Value.Gradient()!))];
        }
    }

    private static ConvBlock Block(Norm2d norm) => new ConvBlock(new(3, 4, 3, bias: false), norm).WithRandomState(1);

    private void Train(ConvBlock block, ScalarType type)
    {
        block.Train(true);
        var output = block.Forward(_image.ToTensor(type).ChannelsLast());
        Assert.Equal(type, output.Type);
        Autograd.Backward([output], [Numbers.Make(Numbers.Uniform(3, output.Count, -.2, .2), output.Shape.ToArray(), type)]);
    }

    private Tensor Input() => States.Input(50, _image.Shape);

    private Image Convolved(ConvBlock block) => _image.Conv(new Image(4, 3, 3, 3) { Values = States.Of(block, "0.weight") }, null, 1, 1);

    private double[] Unfolded(ConvBlock block) => Convolved(block).Affine(
        States.Of(block, "1.running_mean"), States.Of(block, "1.running_var"), States.Of(block, "1.weight"), States.Of(block, "1.bias"), Epsilon).Values;
}
