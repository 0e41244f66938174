using RetinaSharp.Kernels.Optimizers;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests.Optimizers;

public sealed class OptimizerTests : LeakCheck
{
    private const double LearningRate = .05;

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public void Step_Bf16ValuesAndGradients_RoundsMasterWeights(bool adam, bool fused)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        using var parameters = new TestParameters(ScalarType.BFloat16);
        using var widened = new TestParameters();
        using var optimizer = Create(adam, parameters.All);
        using var other = Create(adam, widened.All);
        for (var step = 1; step <= 3; step++)
        {
            var gradients = TestParameters.DrawGradients(step, ScalarType.BFloat16);
            optimizer.Step(gradients, LearningRate);
            other.Step([.. gradients.Select(gradient => gradient.to(ScalarType.Float32))], LearningRate);
            foreach (var (master, value) in parameters.Masters.Zip(parameters.Values))
                Assert.Equal(master.to(ScalarType.BFloat16).Elements<ushort>().ToArray(), value.Elements<ushort>().ToArray());
        }

        TestParameters.AssertSame(TestParameters.Bits(widened.Masters), TestParameters.Bits(parameters.Masters));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public void Step_LearningRateFactor_IsThatOfAParameterGroup(bool adam, bool fused)
    {
        const double Factor = .25;
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        using var parameters = new TestParameters();
        using var whole = new TestParameters();
        using var reduced = new TestParameters();
        using var optimizer = Create(adam, [.. parameters.All.Select((parameter, i) => parameter with { LearningRateFactor = i < 2 ? Factor : 1 })]);
        using var other = Create(adam, whole.All);
        using var slow = Create(adam, reduced.All);
        for (var step = 1; step <= 3; step++)
        {
            var gradients = TestParameters.DrawGradients(step);
            optimizer.Step(gradients, LearningRate);
            other.Step(gradients, LearningRate);
            slow.Step(gradients, LearningRate * Factor);
        }

        TestParameters.AssertSame(TestParameters.Bits(reduced.Masters[..2].Concat(whole.Masters[2..])), TestParameters.Bits(parameters.Masters));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_Fused_MatchesOperators(bool adam)
    {
        using var scope = NewDisposeScope();
        var found = new List<Tensor[]>();
        foreach (var fused in new[] { true, false })
        {
            using var setting = new KernelSetting(fused);
            using var parameters = new TestParameters(ScalarType.BFloat16);
            using var optimizer = Create(adam, parameters.All);
            using var ema = new ExponentialMovingAverage([.. parameters.Masters.Select((master, i) => ($"{i}", master))], .9);
            for (var step = 1; step <= 3; step++)
                optimizer.Step(TestParameters.DrawGradients(step, ScalarType.BFloat16), LearningRate, .3, ema);
            found.Add([.. parameters.Masters.Concat(ema.Averages).Concat(optimizer.State.SelectMany(entry => entry.Tensors)).Select(tensor => tensor.clone())]);
        }

        TestParameters.AssertClose(found[1], found[0]);
    }

    [Theory]
    [InlineData(ScalarType.Float32, true)]
    [InlineData(ScalarType.Float32, false)]
    [InlineData(ScalarType.BFloat16, true)]
    [InlineData(ScalarType.BFloat16, false)]
    public void Step_GradientsWithOtherStrides_AreConverted(ScalarType type, bool fused)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        using var parameters = new TestParameters();
        using var others = new TestParameters();
        using var optimizer = new Sgd(parameters.All);
        using var other = new Sgd(others.All);
        var gradients = TestParameters.DrawGradients(1, type);
        optimizer.Step(gradients, LearningRate);
        var contiguous = gradients.Select(gradient => gradient.contiguous()).ToArray();
        Assert.NotEqual(gradients[0].stride(), contiguous[0].stride());
        // A gradient that is a strided view, such as of an expanded or sliced tensor.
        contiguous[1] = stack([gradients[1], gradients[1]], 1).select(1, 0);
        other.Step(contiguous, LearningRate);
        TestParameters.AssertSame(TestParameters.Bits(parameters.Masters), TestParameters.Bits(others.Masters));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public void Step_WithFactor_MatchesScaledGradients(bool adam, bool fused)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        using var parameters = new TestParameters();
        using var others = new TestParameters();
        using var optimizer = Create(adam, parameters.All);
        using var other = Create(adam, others.All);
        var gradients = TestParameters.DrawGradients(1);
        var before = TestParameters.Bits(gradients);
        optimizer.Step(gradients, LearningRate, factor: .3);
        TestParameters.AssertSame(before, TestParameters.Bits(gradients));
        other.Step([.. gradients.Select(gradient => gradient * .3f)], LearningRate);
        TestParameters.AssertClose(others.Masters, parameters.Masters);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public void Step_WithEma_MatchesSeparateUpdates(bool adam, bool fused)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        var found = new List<uint[]>();
        foreach (var together in new[] { true, false })
        {
            using var parameters = new TestParameters();
            // The first one is frozen, so not a parameter of the optimizer. A buffer is in between.
            var buffer = TestParameters.Draw(50, [70]);
            (string, Tensor)[] state = [("0", parameters.Masters[0]), ("buffer", buffer), .. parameters.Masters.Skip(1).Select((master, i) => ($"{i + 1}", master))];
            using var ema = new ExponentialMovingAverage(state, .9);
            using var optimizer = Create(adam, parameters.All[1..]);
            var frozen = parameters.Masters[0].clone();
            for (var step = 1; step <= 3; step++)
            {
                buffer.copy_(TestParameters.Draw(50 + step, [70]));
                optimizer.Step(TestParameters.DrawGradients(step)[1..], LearningRate, 1, together ? ema : null);
                if (!together)
                    ema.Update();
            }

            Assert.Equal(3, ema.Updates);
            TestParameters.AssertSame(TestParameters.Bits(frozen), TestParameters.Bits(ema.Averages[0]));
            found.Add(TestParameters.Bits([.. parameters.Masters, .. ema.Averages]));
        }

        TestParameters.AssertSame(found[0], found[1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_SeveralThreads_GivesSameBits(bool adam)
    {
        using var setting = new KernelSetting(fused: true);
        using var scope = NewDisposeScope();
        var before = get_num_threads();
        var found = new List<uint[]>();
        try
        {
            foreach (var threads in new[] { 1, 2, 3 })
            {
                set_num_threads(threads);
                using var parameters = new TestParameters(ScalarType.BFloat16);
                using var optimizer = Create(adam, parameters.All);
                using var ema = new ExponentialMovingAverage([.. parameters.Masters.Select((master, i) => ($"{i}", master))], .9);
                for (var step = 1; step <= 3; step++)
                {
                    var gradients = TestParameters.DrawGradients(step);
                    optimizer.Step(gradients, LearningRate, GradientNorm.ClipFactor(GradientNorm.Compute(gradients), 5), ema);
                }

                found.Add(TestParameters.Bits([.. parameters.Masters, .. ema.Averages, .. optimizer.State.SelectMany(entry => entry.Tensors)]));
            }
        }
        finally
        {
            set_num_threads(before);
        }

        TestParameters.AssertSame(found[0], found[1]);
        TestParameters.AssertSame(found[0], found[2]);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public void Step_RestoredState_ContinuesBitExact(bool adam, bool fused)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        using var parameters = new TestParameters();
        using var others = new TestParameters();
        using var original = Create(adam, parameters.All);
        using var resumed = Create(adam, others.All);
        for (var step = 1; step <= 3; step++)
            original.Step(TestParameters.DrawGradients(step), LearningRate);
        Assert.Equal(adam ? ["mean", "square"] : ["velocity"], original.State.Select(entry => entry.Name));
        foreach (var (from, to) in original.State.Zip(resumed.State).SelectMany(entry => entry.First.Tensors.Zip(entry.Second.Tensors)))
            to.copy_(from);
        foreach (var (from, to) in parameters.Masters.Zip(others.Masters))
            to.copy_(from);
        resumed.Steps = original.Steps;
        original.Step(TestParameters.DrawGradients(4), LearningRate);
        resumed.Step(TestParameters.DrawGradients(4), LearningRate);
        Assert.Equal(4, resumed.Steps);
        TestParameters.AssertSame(TestParameters.Bits(parameters.Masters), TestParameters.Bits(others.Masters));
    }

    [Fact]
    public void State_ChannelsLastMasters_HasTheirStrides()
    {
        using var parameters = new TestParameters();
        using var optimizer = new AdamW(parameters.All);
        foreach (var (_, tensors) in optimizer.State)
        {
            foreach (var (master, tensor) in parameters.Masters.Zip(tensors))
            {
                Assert.Equal(master.stride(), tensor.stride());
                Assert.Equal(ScalarType.Float32, tensor.dtype);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Step_LeavesThatRequireGradients_AreUpdated(bool fused)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        var weight = TestParameters.Draw(1, [9]);
        weight.requires_grad = true;
        weight.sum().backward();
        using var sgd = new Sgd([new("weight", weight, weight, false)]);
        var expected = (weight - (float)LearningRate).detach();
        sgd.Step([weight.grad!], LearningRate);
        TestParameters.AssertClose([expected], [weight]);
        Assert.True(weight is { requires_grad: true, is_leaf: true });
    }

    [Fact]
    public void Step_InvalidGradients_ThrowsAndChangesNothing()
    {
        using var scope = NewDisposeScope();
        using var parameters = new TestParameters();
        using var sgd = new Sgd(parameters.All);
        var before = TestParameters.Bits(parameters.Masters);
        var gradients = TestParameters.DrawGradients(1);
        Assert.Throws<ArgumentException>(() => sgd.Step(gradients[1..], LearningRate));
        Assert.Throws<ArgumentException>(() => sgd.Step([.. gradients[..^1], zeros(2)], LearningRate));
        Assert.Throws<ArgumentException>(() => sgd.Step([.. gradients[..^1], zeros(1, ScalarType.Float64)], LearningRate));
        Assert.Equal(0, sgd.Steps);
        TestParameters.AssertSame(before, TestParameters.Bits(parameters.Masters));
    }

    [Fact]
    public void Create_InvalidParameters_Throws()
    {
        using var scope = NewDisposeScope();
        var weight = TestParameters.Draw(1, [4, 3, 3, 3]);
        Assert.Throws<ArgumentException>(() => new Sgd([new("one", weight, weight, true), new("other", weight, weight, true)]));
        Throws(weight.to(ScalarType.BFloat16), weight);
        Throws(weight, weight.clone());
        Throws(weight, weight.to(ScalarType.BFloat16).contiguous());
        Throws(weight, weight.to(ScalarType.BFloat16)[0]);
        var sliced = weight.select(1, 0);
        Throws(sliced, sliced);

        static void Throws(Tensor master, Tensor value) => Assert.Contains("conv1", Assert.Throws<ArgumentException>(() => new Sgd([new("conv1", master, value, true)])).Message);
    }

    private static Optimizer Create(bool adam, OptimizedParameter[] parameters) => adam ? new AdamW(parameters, weightDecay: .1) : new Sgd(parameters, weightDecay: .1);
}
