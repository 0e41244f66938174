using RetinaSharp.Torch.Modules;
using RetinaSharp.Torch.Optimizers;
using RetinaSharp.Torch.Tests.Modules;

namespace RetinaSharp.Torch.Tests.Optimizers;

public class ExponentialMovingAverageTests : LeakCheck
{
    [Fact]
    public void Update_SeveralTimes_FollowsWithAGrowingDecay()
    {
        const double Decay = .3;
        // (1 + t) / (10 + t) reaches .3 between the second and the third update.
        double[] decays = [2 / 11d, 3 / 12d, Decay, Decay];
        using var scope = new TensorScope();
        using var block = Block().WithRandomState(1);
        using var average = new ExponentialMovingAverage(block, Decay);
        var expected = Read(block);
        foreach (var decay in decays)
        {
            block.WithRandomState((int)average.Updates + 20);
            average.Update();
            expected = [.. expected.Zip(Read(block), (old, now) => old.Zip(now, (a, w) => (decay * a) + ((1 - decay) * w)).ToArray())];
            for (var i = 0; i < expected.Length; i++)
                Numbers.Close(expected[i], Numbers.Read(average.Averages[i]), 1e-6);
        }

        Assert.Equal(decays.Length, average.Updates);
        // Weight, scale, shift, mean and variance.
        Assert.Equal(5, average.Averages.Count);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Swap_Twice_IsAsBefore(ScalarType type)
    {
        using var scope = new TensorScope();
        using var block = Block().WithRandomState(1);
        block.To(Device.Cpu, type);
        using var average = new ExponentialMovingAverage(block, .9);
        block.WithRandomState(40);
        average.Update();
        var weights = Read(block);
        var averages = average.Averages.Select(Numbers.Read).ToArray();
        Assert.NotEqual(weights, averages);
        average.Swap();
        Assert.Equal(averages, Read(block));
        Assert.Equal(weights, average.Averages.Select(Numbers.Read).ToArray());
        average.Swap();
        Assert.Equal(weights, Read(block));
        Assert.Equal(averages, average.Averages.Select(Numbers.Read).ToArray());
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Swap_Once_IsWhatTheNetworkComputes(ScalarType type)
    {
        using var scope = new TensorScope();
        using var block = Block().WithRandomState(1);
        block.To(Device.Cpu, type);
        using var average = new ExponentialMovingAverage(block, .9);
        var input = Numbers.Make(Numbers.Uniform(3, 50), [1, 2, 5, 5], type);
        var before = Numbers.Read(block.Forward(input));
        block.WithRandomState(40);
        Assert.NotEqual(before, Numbers.Read(block.Forward(input)));
        average.Swap();
        Assert.Equal(before, Numbers.Read(block.Forward(input)));
    }

    private static ConvBlock Block() => new(new(2, 3, 3, bias: false), new BatchNorm2d(3));

    private static double[][] Read(ConvBlock block) => [.. block.State().Select(entry => Numbers.Read(entry.Tensor))];
}
