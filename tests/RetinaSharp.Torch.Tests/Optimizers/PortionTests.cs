using RetinaSharp.Torch.Modules;
using RetinaSharp.Torch.Optimizers;

namespace RetinaSharp.Torch.Tests.Optimizers;

public class PortionTests : LeakCheck
{
    private const int Steps = 3;

    [Fact]
    public void Cut_LargeAndSmallTensors_CoversEachElementOnce()
    {
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        Tensor[] tensors =
        [
            Tensor.Zeros(ScalarType.Float32, Device.Cpu, 3),
            Tensor.Zeros(ScalarType.Float32, Device.Cpu, 300, 50, 3, 3).ChannelsLast().Clone(),
            Tensor.Zeros(ScalarType.Float32, Device.Cpu, 70_000),
            Tensor.Zeros(ScalarType.Float32, Device.Cpu, 5),
        ];
        var portions = Portion.Cut(tensors, [0, 1, 3]);
        Assert.True(portions.Length > 2);
        foreach (var piece in portions.SelectMany(portion => portion.Of(tensors)))
        {
            foreach (ref var element in piece.Data<float>())
                element++;
        }

        Assert.All(tensors.Select((tensor, i) => (tensor, i)), entry => Assert.All(entry.tensor.ToArray(), value => Assert.Equal(entry.i == 2 ? 0 : 1, value)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Training_OnSeveralThreads_IsTheSameToTheLastBit(bool adam)
    {
        using var threads = new ShardThreads(3, 1);
        Assert.Equal(Train(adam, null), Train(adam, threads));
    }

    [Fact]
    public void ForEach_WherePieceThrows_ThrowsItAndGoesOnAfterwards()
    {
        using var threads = new ShardThreads(2, 1);
        Assert.Throws<ArithmeticException>(() => ShardThreads.ForEach(threads, 10, piece => throw (piece < 10 ? new ArithmeticException() : new InvalidOperationException())));
        var done = new int[10];
        ShardThreads.ForEach(threads, done.Length, piece => done[piece]++);
        Assert.All(done, count => Assert.Equal(1, count));
    }

    private static float[] Train(bool adam, ShardThreads? threads)
    {
        using var scope = new TensorScope();
        using var network = new ConvBlock(new Conv2d(50, 200, 3, bias: false), new BatchNorm2d(200));
        network.To(Device.Cpu, ScalarType.Float32);
        Parameter[] parameters = [.. network.NamedParameters().Select(entry => entry.Parameter)];
        using var gradients = new Gradients(parameters);
        using Optimizer optimizer = adam ? new AdamW(parameters, weightDecay: .1) : new Sgd(parameters, weightDecay: .1, decayNormsAndBiases: false);
        using var average = new ExponentialMovingAverage(network, .9);
        for (var step = 0; step < Steps; step++)
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                var master = parameters[i].Master;
                var gradient = Numbers.Make(Numbers.Uniform(step + i, master.Count), master.Shape.ToArray(), ScalarType.Float32);
                gradients.Put(i, master.Shape.Length == 4 ? gradient.ChannelsLast() : gradient);
            }

            gradients.Clip(5, threads);
            optimizer.Step(gradients, .05, threads);
            average.Update(threads);
        }

        return [.. parameters.SelectMany(parameter => parameter.Master.ToArray()), .. average.Averages.SelectMany(tensor => tensor.ToArray())];
    }
}
