using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Modeling.Layers;
using RetinaSharp.Kernels;
using TorchSharp;
using static RetinaSharp.Detection.Tests.Modeling.Layers.LayerBlock;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Modeling.Layers;

public sealed class NormTests : LeakCheck
{
    private const double Fp32 = 2e-5, Bf16 = .02;

    [Theory]
    [InlineData(NormKind.Frozen, ScalarType.Float32, Fp32)]
    [InlineData(NormKind.Batch, ScalarType.Float32, Fp32)]
    [InlineData(NormKind.Frozen, ScalarType.BFloat16, Bf16)]
    [InlineData(NormKind.Batch, ScalarType.BFloat16, Bf16)]
    public void BatchNorm_AtInference_FoldedIsUnfolded(NormKind kind, ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var block = new LayerBlock(Layer(3, 4, 3, norm: kind), type);
        var x = Map(type, 2, 3, 6, 7);
        var output = block.Forward(x);
        Assert.Equal(type, output.dtype);
        AssertClose(block.Unfolded(x), output, tolerance);
        var residual = Map(type, 2, 4, 6, 7);
        AssertClose((block.Unfolded(x) + residual.to(ScalarType.Float64)).relu(), block.Forward(x, new(residual, Relu: true)), tolerance);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void BatchNorm_InTraining_IsTheDefinition(bool fused)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        using var block = new LayerBlock(Layer(3, 4, 3, norm: NormKind.Batch), isTraining: true);
        var (x, residual) = (Map(ScalarType.Float32, 2, 3, 6, 7), Map(ScalarType.Float32, 2, 4, 6, 7));
        var (mean, variance) = (block.Fp64("norm.running_mean"), block.Fp64("norm.running_var"));
        // LibTorch moves these in place.
        var expected = nn.functional.batch_norm(block.Convolved(x), mean, variance, block.Fp64("norm.weight"), block.Fp64("norm.bias"), training: true, momentum: .1, eps: NormLayer.Epsilon);
        var before = block.Fp64("norm.running_mean").clone();

        AssertClose((expected + residual.to(ScalarType.Float64)).relu(), block.Forward(x, new(residual, Relu: true)).detach(), Fp32);

        Assert.True(before.Equals(block.Fp64("norm.running_mean")));
        Update((BatchNorm2d)block.Norm);
        AssertClose(mean, block["norm.running_mean"], 1e-6);
        AssertClose(variance, block["norm.running_var"], 1e-6);
        Update((BatchNorm2d)block.Norm);
        AssertClose(mean, block["norm.running_mean"], 1e-6);
    }

    [Fact]
    public void BatchNorm_InTraining_GradientsAreTheDefinitions()
    {
        using var scope = NewDisposeScope();
        using var block = new LayerBlock(Layer(3, 4, 3, norm: NormKind.Batch), isTraining: true);
        var (x, seed) = (Map(ScalarType.Float32, 2, 3, 6, 7), Map(ScalarType.Float32, 2, 4, 6, 7));
        Autograd.Backward([block.Forward(x, PostOps.OnlyRelu)], [seed]);

        var (weight, scale, shift) = (block.Fp64("conv.weight").requires_grad_(), block.Fp64("norm.weight").requires_grad_(), block.Fp64("norm.bias").requires_grad_());
        var convolved = nn.functional.conv2d(x.to(ScalarType.Float64), weight, padding: [1, 1]);
        nn.functional.batch_norm(convolved, zeros(4, ScalarType.Float64), ones(4, ScalarType.Float64), scale, shift, training: true, eps: NormLayer.Epsilon).relu().backward([seed.to(ScalarType.Float64)]);
        AssertGradients(block, 5e-5, ("conv.weight", weight), ("norm.weight", scale), ("norm.bias", shift));
    }

    [Fact]
    public void BatchNorm_InTrainingOverALargeMap_LeavesNoMean()
    {
        using var scope = NewDisposeScope();
        using var block = new LayerBlock(Layer(3, 4, 3, norm: NormKind.Batch), isTraining: true);
        var output = block.Forward((rand(2, 3, 256, 256) * 2).ChannelsLast()).detach();
        // By definition nothing but the shift is left of it; sums in fp32 leave ten times as much as is allowed here.
        var mean = output.to(ScalarType.Float64).mean([0L, 2L, 3L]);
        Assert.InRange((mean - block.Fp64("norm.bias")).abs().max().ToDouble(), 0, 3e-7);
    }

    [Fact]
    public void BatchNorm_InTrainingInBf16_LearnsAsInFp32()
    {
        using var scope = NewDisposeScope();
        using var fp32 = new LayerBlock(Layer(3, 4, 3, norm: NormKind.Batch), isTraining: true);
        using var bf16 = new LayerBlock(Layer(3, 4, 3, norm: NormKind.Batch), ScalarType.BFloat16, isTraining: true);
        var (x, seed) = (Map(ScalarType.Float32, 2, 3, 6, 7), Map(ScalarType.Float32, 2, 4, 6, 7));
        Autograd.Backward([fp32.Forward(x)], [seed]);
        var output = bf16.Forward(x.to(ScalarType.BFloat16));
        Assert.Equal(ScalarType.BFloat16, output.dtype);
        Autograd.Backward([output], [seed.to(ScalarType.BFloat16)]);
        foreach (var (expected, actual) in fp32.Parameters().Zip(bf16.Parameters()))
        {
            // Normalizations stay in fp32.
            Assert.Equal(actual.Name.StartsWith("norm", StringComparison.Ordinal) ? ScalarType.Float32 : ScalarType.BFloat16, actual.Parameter.dtype);
            Assert.Equal(actual.Parameter.dtype, actual.Parameter.grad!.dtype);
            Assert.InRange(Distance(expected.Parameter.grad!, actual.Parameter.grad!), 0, .05);
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void FrozenBatchNorm_InTraining_HasTheGradientsOfTheUnfolded(bool fused, bool isFrozen)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        using var block = new LayerBlock(Layer(3, 4, 3, norm: NormKind.Frozen), isTraining: true, isFrozen: isFrozen);
        var (x, seed) = (Map(ScalarType.Float32, 2, 3, 6, 7).requires_grad_(), Map(ScalarType.Float32, 2, 4, 6, 7));
        var output = block.Forward(x, PostOps.OnlyRelu);
        AssertClose(block.Unfolded(x).relu(), output.detach(), Fp32);
        Autograd.Backward([output], [seed]);

        var (exactX, weight) = (x.detach().to(ScalarType.Float64).requires_grad_(), block.Fp64("conv.weight").requires_grad_());
        var convolved = nn.functional.conv2d(exactX, weight, padding: [1, 1]);
        nn.functional.batch_norm(
            convolved, block.Fp64("norm.running_mean"), block.Fp64("norm.running_var"), block.Fp64("norm.weight"), block.Fp64("norm.bias"), training: false, eps: NormLayer.Epsilon)
            .relu().backward([seed.to(ScalarType.Float64)]);
        AssertClose(exactX.grad!, x.grad!, 5e-5, "input");
        if (isFrozen)
            Assert.Null(block.Convolution.weight.grad);
        else
            AssertGradients(block, 5e-5, ("conv.weight", weight));
    }

    [Theory]
    [InlineData(NormKind.Frozen, false)]
    [InlineData(NormKind.Frozen, true)]
    [InlineData(NormKind.Batch, false)]
    public void InvalidateCache_AfterTheTensorsMoved_FoldsAnew(NormKind kind, bool isTraining)
    {
        using var scope = NewDisposeScope();
        using var block = new LayerBlock(Layer(3, 4, 3, norm: kind), isTraining: isTraining);
        var x = Map(ScalarType.Float32, 2, 3, 6, 7);
        var before = block.Forward(x).detach();
        Assert.True(before.Equals(block.Forward(x).detach()));
        using (no_grad())
        {
            foreach (var name in (string[])["conv.weight", "norm.weight", "norm.bias", "norm.running_mean"])
                block[name].mul_(-1.5);
            block["norm.running_var"].add_(1);
        }

        block.InvalidateCache();
        var after = block.Forward(x).detach();
        Assert.False(before.Equals(after));
        AssertClose(block.Unfolded(x), after, Fp32);
    }

    [Theory]
    [InlineData(NormKind.Frozen, false)]
    [InlineData(NormKind.Frozen, true)]
    [InlineData(NormKind.Batch, false)]
    [InlineData(NormKind.Group, false)]
    [InlineData(NormKind.Group, true)]
    public void Forward_Again_KeepsNothingMore(NormKind kind, bool isTraining)
    {
        using var scope = NewDisposeScope();
        using var block = new LayerBlock(Layer(3, 4, 3, norm: kind), isTraining: isTraining);
        var x = Map(ScalarType.Float32, 2, 3, 6, 7);
        block.Forward(x).Dispose();
        var before = TensorCount.Alive;
        for (var i = 0; i < 3; i++)
            block.Forward(x).Dispose();
        Assert.Equal(before, TensorCount.Alive);
    }

    [Theory]
    [InlineData(ScalarType.Float32, Fp32)]
    [InlineData(ScalarType.BFloat16, Bf16)]
    public void GroupNorm_ForwardAndBackward_IsTheDefinition(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        // 32 does not divide 48, 24 does. A map of some size: bf16 is compared as a whole.
        using var block = new LayerBlock(Layer(3, 48, 3, norm: NormKind.Group), type, isTraining: true);
        Assert.Equal(24, block.Norm.Layer.Groups);
        var (x, residual, seed) = (Map(type, 2, 3, 16, 17), Map(type, 2, 48, 16, 17), Map(type, 2, 48, 16, 17));
        var output = block.Forward(x, new(residual));
        Assert.Equal(type, output.dtype);
        Assert.True(output.IsChannelsLast());
        Autograd.Backward([output], [seed]);

        var (weight, scale, shift) = (block.Fp64("conv.weight").requires_grad_(), block.Fp64("norm.weight").requires_grad_(), block.Fp64("norm.bias").requires_grad_());
        var expected = nn.functional.group_norm(nn.functional.conv2d(x.to(ScalarType.Float64), weight, padding: [1, 1]), 24, scale, shift, NormLayer.Epsilon) + residual.to(ScalarType.Float64);
        expected.backward([seed.to(ScalarType.Float64)]);
        AssertClose(expected, output.detach(), tolerance);
        AssertGradients(block, type == ScalarType.Float32 ? 5e-5 : .03, ("conv.weight", weight), ("norm.weight", scale), ("norm.bias", shift));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(NormKind.Frozen)]
    [InlineData(NormKind.Batch)]
    [InlineData(NormKind.Group)]
    public void StateDictionary_AnyNorm_HasTheNamesOfItsTensors(NormKind? kind)
    {
        using var scope = NewDisposeScope();
        var layer = Layer(3, 4, 3, norm: kind);
        using var block = new LayerBlock(layer);
        Assert.Equal(layer.Tensors().Select(tensor => tensor.Name).Order(), block.StateDictionary().Keys.Order());
    }

    private static void AssertGradients(LayerBlock block, double tolerance, params (string Name, Tensor Leaf)[] expected)
    {
        var gradients = block.Parameters().ToDictionary(entry => entry.Name, entry => entry.Parameter.grad);
        Assert.Equal(expected.Select(entry => entry.Name).Order(), gradients.Where(entry => entry.Value is not null).Select(entry => entry.Key).Order());
        foreach (var (name, leaf) in expected)
            AssertClose(leaf.grad!, gradients[name]!, tolerance, name);
    }

    private static void Update(BatchNorm2d norm)
    {
        var statistics = norm.TakeStatistics();
        norm.UpdateRunningStats(statistics);
        foreach (var tensor in statistics)
            tensor.Dispose();
    }
}
