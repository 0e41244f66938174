using RetinaSharp.Torch.Modules;
using RetinaSharp.Torch.Optimizers;
using RetinaSharp.Torch.Tests.Modules;

namespace RetinaSharp.Torch.Tests;

public class TrainingLoopTests : LeakCheck
{
    [Theory]
    [InlineData(ScalarType.Float32, false)]
    [InlineData(ScalarType.BFloat16, true)]
    public void Training_ThreeHundredSteps_LearnsAndKeepsNoTensor(ScalarType type, bool adam)
    {
        const int Steps = 300;
        using var network = new ModuleList<ConvBlock>(
            new ConvBlock(new(2, 8, 3, 2, bias: false), new BatchNorm2d(8)),
            new ConvBlock(new(8, 8, 3, bias: false), new FrozenBatchNorm2d(8)),
            new ConvBlock(new(8, 8, 3, bias: false), new GroupNorm(8)),
            new ConvBlock(new(8, 1, 1))).WithRandomState(1);
        network.To(Device.Cpu, type);
        network.Train(true);
        Parameter[] parameters = [.. network.NamedParameters().Select(entry => entry.Parameter)];
        using var gradients = new Gradients(parameters);
        using Optimizer optimizer = adam ? new AdamW(parameters) : new Sgd(parameters);
        using var average = new ExponentialMovingAverage(network, .99);
        using var input = Numbers.Make(Numbers.Uniform(2, 2 * 2 * 8 * 8), [2, 2, 8, 8], type);
        using var target = Numbers.Make(Numbers.Uniform(3, 2 * 8 * 8), [2, 1, 8, 8], type);
        var losses = new List<double>();
        var alive = 0L;
        for (var step = 0; step < Steps; step++)
        {
            for (var half = 0; half < 2; half++)
            {
                using var scope = new TensorScope();
                var error = Forward(network, input.Slice(0, half, half + 1)) - target.Slice(0, half, half + 1);
                losses.Add(Numbers.Read(error).Sum(value => value * value / 2));
                Autograd.Backward([error], [error.Detach()]);
                gradients.Collect(first: half == 0);
                network.Settle();
            }

            gradients.Clip(5);
            optimizer.Step(gradients, .01);
            network.Forget();
            average.Update();
            if (step == 0)
                alive = TensorCount.Alive;
            Assert.Equal(alive, TensorCount.Alive);
        }

        Assert.True(losses[^20..].Average() < .5 * losses[..20].Average(), $"from {losses[..20].Average()} to {losses[^20..].Average()}");
    }

    private static Tensor Forward(ModuleList<ConvBlock> network, Tensor input)
    {
        var first = network[0].Forward(input.ChannelsLast()).Relu_();
        var middle = network[1].Forward(Functional.MaxPool2d(first, 3, 2, 1)).Relu();
        var sum = first + Functional.UpsampleNearest(network[2].Forward(middle), 4, 4);
        return Functional.UpsampleNearest(network[3].Forward(sum), 8, 8);
    }
}
