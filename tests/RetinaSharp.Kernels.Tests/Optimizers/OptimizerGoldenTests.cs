using RetinaSharp.Kernels.Optimizers;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests.Optimizers;

public sealed class OptimizerGoldenTests : LeakCheck
{
    private static readonly OptimizerGolden Golden = OptimizerGolden.Instance;

    public static TheoryData<int, bool> Optimizers
    {
        get
        {
            var data = new TheoryData<int, bool>();
            for (var i = 0; i < Golden.Optimizers.Length; i++)
            {
                data.Add(i, true);
                data.Add(i, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Step_SeveralTimes_IsPyTorch(int index, bool fused)
    {
        var expected = Golden.Optimizers[index];
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        var parameters = Golden.CreateParameters();
        using var optimizer = expected.Create(parameters);
        foreach (var (elements, step) in Golden.Gradients.Select((elements, step) => (elements, step)))
        {
            var gradients = Golden.CreateTensors(elements);
            var factor = 1d;
            if (expected.Norms.Length > 0)
            {
                var norm = GradientNorm.Compute(gradients);
                Assert.Equal(expected.Norms[step], norm, 1e-5);
                factor = GradientNorm.ClipFactor(norm, Golden.MaxNorm);
                Assert.InRange(factor, .1, .9);
            }

            optimizer.Step(gradients, Golden.LearningRate, factor);
        }

        Assert.Equal(Golden.Gradients.Length, optimizer.Steps);
        OptimizerGolden.AssertClose(expected.Weights, parameters.Select(parameter => parameter.Master));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(1, false)]
    public void Average_SeveralUpdates_IsPyTorch(int index, bool fused)
    {
        var expected = Golden.Averages[index];
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        var weights = Golden.CreateTensors(Golden.Start);
        using var ema = new ExponentialMovingAverage([.. weights.Select((tensor, i) => ($"{i}", tensor))], expected.Decay);
        foreach (var elements in Golden.Gradients)
        {
            foreach (var (weight, tensor) in weights.Zip(Golden.CreateTensors(elements)))
                weight.copy_(tensor);
            ema.Update();
        }

        OptimizerGolden.AssertClose(expected.Averages, ema.Averages);
    }
}
