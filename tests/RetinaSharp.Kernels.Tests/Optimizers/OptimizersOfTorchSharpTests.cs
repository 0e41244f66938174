using RetinaSharp.Kernels.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using AdamW = RetinaSharp.Kernels.Optimizers.AdamW;

namespace RetinaSharp.Kernels.Tests.Optimizers;

/// <summary>
/// Compares several steps with TorchSharp's optimizers. There is no <see cref="LeakCheck"/>, because TorchSharp 0.107 never decrements its
/// count for a Parameter.
/// </summary>
public sealed class OptimizersOfTorchSharpTests
{
    private const int Steps = 6;
    private const double LearningRate = .05;

    public OptimizersOfTorchSharpTests() => LibTorch.EnsureLoaded();

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(.9, 0, true)]
    [InlineData(.9, .1, true)]
    [InlineData(0, 0, false)]
    [InlineData(.9, 0, false)]
    [InlineData(.9, .1, false)]
    public void Step_Sgd_MatchesTorchSharp(double momentum, double decay, bool fused) => CheckAgainst(
        fused,
        parameters => new Sgd(parameters, momentum, decay),
        (parameter, decays) => optim.SGD([parameter], LearningRate, momentum, weight_decay: decays ? decay : 0));

    [Theory]
    [InlineData(1e-8, 0, true)]
    [InlineData(1e-8, .2, true)]
    [InlineData(.5, .2, true)] // Large, so that its position in the formula matters.
    [InlineData(1e-8, 0, false)]
    [InlineData(1e-8, .2, false)]
    [InlineData(.5, .2, false)]
    public void Step_AdamW_MatchesTorchSharp(double epsilon, double decay, bool fused) => CheckAgainst(
        fused,
        parameters => new AdamW(parameters, .8, .99, epsilon, decay),
        (parameter, decays) => optim.AdamW([parameter], LearningRate, .8, .99, epsilon, decays ? decay : 0));

    private static void CheckAgainst(bool fused, Func<OptimizedParameter[], Optimizer> create, Func<Parameter, bool, optim.Optimizer> createExpected)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        using var parameters = new TestParameters();
        using var optimizer = create(parameters.All);
        var expected = parameters.Masters.Select(master => new Parameter(master.clone())).ToArray();
        var optimizers = expected.Zip(parameters.All, (parameter, own) => createExpected(parameter, own.Decays)).ToArray();
        for (var step = 1; step <= Steps; step++)
        {
            var gradients = TestParameters.DrawGradients(step);
            optimizer.Step(gradients, LearningRate);
            for (var i = 0; i < expected.Length; i++)
            {
                using (no_grad())
                    expected[i].grad = gradients[i].clone();
                optimizers[i].step();
            }

            TestParameters.AssertClose(expected, parameters.Masters);
        }

        Assert.Equal(Steps, optimizer.Steps);
        foreach (var other in optimizers)
            other.Dispose();
        foreach (var parameter in expected)
            parameter.Dispose();
    }
}
