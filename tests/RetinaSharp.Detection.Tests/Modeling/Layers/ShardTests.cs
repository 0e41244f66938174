using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Modeling.Layers;
using RetinaSharp.Kernels;
using static RetinaSharp.Detection.Tests.Modeling.Layers.LayerBlock;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Modeling.Layers;

/// <summary>A batch in parts.</summary>
public sealed class ShardTests : LeakCheck
{
    private const int Shards = 3;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Gradients_OfShards_AddUpToThoseOfTheBatch(bool fused)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        var (x, seed) = (Map(ScalarType.Float32, Shards, 8, 5, 5), Map(ScalarType.Float32, Shards, 4, 5, 5));
        using var whole = new LayerBlock(Layer(8, 4, 3), isTraining: true);
        using var parts = new LayerBlock(Layer(8, 4, 3), isTraining: true);
        Autograd.Backward([whole.Forward(x)], [seed]);
        for (var shard = 0; shard < Shards; shard++)
            Autograd.Backward([parts.Forward(Shard(x, shard))], [Shard(seed, shard)]);
        foreach (var (expected, actual) in whole.Parameters().Zip(parts.Parameters()))
            AssertClose(expected.Parameter.grad!, actual.Parameter.grad!, 1e-5, expected.Name);
    }

    [Fact]
    public void UpdateRunningStats_AfterShards_MovesThemInTheirOrder()
    {
        using var scope = NewDisposeScope();
        var x = Map(ScalarType.Float32, Shards, 8, 5, 5);
        using var block = new LayerBlock(Layer(8, 4, 3, norm: NormKind.Batch), isTraining: true);
        var (mean, variance) = (block.Fp64("norm.running_mean"), block.Fp64("norm.running_var"));
        for (var shard = 0; shard < Shards; shard++)
        {
            block.Forward(Shard(x, shard));
            nn.functional.batch_norm(block.Convolved(Shard(x, shard)), mean, variance, training: true, momentum: .1, eps: NormLayer.Epsilon);
        }

        var norm = (BatchNorm2d)block.Norm;
        var statistics = norm.TakeStatistics();
        norm.UpdateRunningStats(statistics);
        foreach (var tensor in statistics)
            tensor.Dispose();
        AssertClose(mean, block["norm.running_mean"], 1e-6);
        AssertClose(variance, block["norm.running_var"], 1e-6);
    }

    [Fact]
    public void Dispose_StatisticsThatWereNeverUsed_GoToo()
    {
        using var scope = NewDisposeScope();
        var x = Map(ScalarType.Float32, 1, 8, 5, 5);
        var before = TensorCount.Alive;
        using (var block = new LayerBlock(Layer(8, 4, 3, norm: NormKind.Batch), isTraining: true))
        {
            block.Forward(x).Dispose();
            block.Forward(x).Dispose();
        }

        Assert.Equal(before, TensorCount.Alive);
    }

    private static Tensor Shard(Tensor batch, int shard) => batch.narrow(0, shard, 1);
}
