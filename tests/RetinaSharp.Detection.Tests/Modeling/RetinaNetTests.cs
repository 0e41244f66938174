using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Modeling;

[Collection(TorchCollection.Name)]
public class RetinaNetTests : LeakCheck
{
    private static ModelSettings Small => new() { Depth = 18, Width = .25, PyramidChannels = 16, HeadConvolutions = 1, Norm = NormKind.Group };

    [Theory]
    [InlineData(18, .25, 3, 7, 32, 32)]
    [InlineData(18, .25, 3, 7, 64, 96)]
    [InlineData(18, .125, 2, 7, 96, 160)]
    [InlineData(18, .25, 3, 5, 64, 64)]
    [InlineData(18, .25, 5, 8, 64, 32)]
    [InlineData(34, .125, 3, 7, 64, 64)]
    [InlineData(50, .125, 2, 6, 64, 96)]
    [InlineData(101, .125, 3, 7, 64, 64)]
    [InlineData(152, .125, 4, 7, 32, 64)]
    public void Forward_AnyArchitecture_OutputsFitAnchors(int depth, double width, int minLevel, int maxLevel, int height, int imageWidth)
    {
        var settings = Small with { Depth = depth, Width = width, Anchors = new() { MinLevel = minLevel, MaxLevel = maxLevel } };
        using var state = State(settings, 5);
        using var network = new RetinaNet(state);
        using var guard = no_grad();
        using var scope = NewDisposeScope();

        var outputs = network.call(zeros(2, 3, height, imageWidth).ChannelsLast());

        var grid = new AnchorGenerator(settings.Anchors).Generate(height, imageWidth);
        Assert.Equal(grid.Levels.Count, outputs.Length);
        foreach (var (level, output) in grid.Levels.Zip(outputs))
        {
            Assert.Equal([2, level.Count, 5], output.Logits.shape);
            Assert.Equal([2, level.Count, 4], output.BoxOutputs.shape);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_Again_KeepsNothingButItsOutputs(bool fused)
    {
        using var kernels = new KernelSetting(fused);
        using var state = NetworkState.Create(RetinaNetArchitecture.Create(Small, 5));
        using var network = new RetinaNet(state);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var images = zeros(1, 3, 64, 64).ChannelsLast();
        network.call(images);
        var alive = TensorCount.Alive;
        var outputs = network.call(images);
        Assert.Equal(alive + (2 * outputs.Length), TensorCount.Alive);
    }

    [Theory]
    [InlineData(18)]
    [InlineData(50)]
    public void Forward_WithoutRecording_SameAsRecordedAndLeavesItsInput(int depth)
    {
        using var state = State(Small with { Depth = depth }, 5);
        using var network = new RetinaNet(state);
        using var scope = NewDisposeScope();
        var images = TensorValues.Create(Enumerable.Range(0, 3 * 64 * 96).Select(i => MathF.Sin(i)), 1, 3, 64, 96).ChannelsLast();
        var recorded = Read(network.call(images));
        using var guard = no_grad();

        // Blocks put their sums where their inputs were.
        Assert.Equal(recorded, Read(network.call(images)));
        Assert.Equal(recorded, Read(network.call(images)));
    }

    [Theory]
    [InlineData(NormKind.Frozen)]
    [InlineData(NormKind.Batch)]
    [InlineData(NormKind.Group)]
    public void Forward_WithTheKernels_IsNearLibTorchsOperators(NormKind norm)
    {
        using var state = State(Small with { Norm = norm }, 5);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var images = Noise(3, 2, 64, 96);

        var (plain, fused) = (Run(false), Run(true));

        foreach (var (expected, actual) in plain.Zip(fused))
            Assert.Equal(expected, actual, 1e-4f);

        float[] Run(bool isFused)
        {
            using var kernels = new KernelSetting(isFused);
            using var network = new RetinaNet(state);
            return Read(network.call(images));
        }
    }

    [Theory]
    [InlineData(.01)]
    [InlineData(.1)]
    public void Forward_AtTheStart_EveryScoreIsNearThePrior(double prior)
    {
        using var state = State(Small with { Prior = prior, Norm = NormKind.Batch }, 3, seed: 3);
        using var network = new RetinaNet(state, new(IsTraining: true));
        using var guard = no_grad();
        using var scope = NewDisposeScope();

        var outputs = network.call(Noise(1, 2, 64, 64));

        var scores = outputs.SelectMany(output => output.Logits.ToArray()).Select(logit => 1 / (1 + Math.Exp(-logit))).ToArray();
        Assert.InRange(scores.Average(), .9 * prior, 1.1 * prior);
    }

    [Theory]
    [InlineData(.01, 1)]
    [InlineData(.1, 3)]
    public void Forward_SoftmaxAtTheStart_ClassesTogetherAreNearThePrior(double prior, int classes)
    {
        using var state = WeightInitializer.Create(RetinaNetArchitecture.Create(Small with { Prior = prior }, classes, hasBackground: true), 3);
        using var network = new RetinaNet(state);
        using var guard = no_grad();
        using var scope = NewDisposeScope();

        // A black image: what the biases say.
        var outputs = network.call(zeros(1, 3, 64, 64).ChannelsLast());

        foreach (var row in outputs.SelectMany(output => output.Logits.ToArray().Chunk(classes + 1)))
        {
            var (background, sum) = (Math.Exp(row[0]), row.Sum(logit => Math.Exp(logit)));
            Assert.Equal(prior, 1 - (background / sum), .2 * prior);
            Assert.All(row[1..], logit => Assert.Equal(prior / classes, Math.Exp(logit) / sum, .2 * prior));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_Bfloat16_IsNearSingle(bool fused)
    {
        using var kernels = new KernelSetting(fused);
        using var state = State(Small with { Norm = NormKind.Batch }, 3, seed: 3);
        using var network = new RetinaNet(state);
        using var halfNetwork = new RetinaNet(state, new(ScalarType.BFloat16));
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var input = Noise(1, 1, 64, 64);

        var single = network.call(input)[0].BoxOutputs.ToArray();
        var half = halfNetwork.call(input.to(ScalarType.BFloat16))[0];

        Assert.Equal(ScalarType.BFloat16, half.BoxOutputs.dtype);
        var distance = Math.Sqrt(single.Zip(half.BoxOutputs.ToArray(), (a, b) => Math.Pow(a - b, 2)).Sum());
        Assert.InRange(distance / Math.Sqrt(single.Sum(a => (double)a * a)), 1e-9, .05);
    }

    [Fact]
    public void InvalidateCache_WeightsChanged_TheyAreUsed()
    {
        using var state = State(Small with { Norm = NormKind.Batch }, 3);
        using var network = new RetinaNet(state);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var images = Noise(1, 1, 64, 64);
        var before = Read(network.call(images));

        state["backbone.body.bn1.weight"].mul_(2);
        network.InvalidateCache();

        using var fresh = new RetinaNet(state);
        var after = Read(network.call(images));
        Assert.NotEqual(before, after);
        Assert.Equal(Read(fresh.call(images)), after);
    }

    [Fact]
    public void Create_SameSeed_SameWeightsAndOtherSeedOthers()
    {
        Assert.Equal(Weights(5), Weights(5));
        Assert.NotEqual(Weights(5), Weights(6));

        static float[] Weights(long seed)
        {
            using var state = State(Small, 2, seed);
            return [.. state.Entries.SelectMany(entry => entry.Tensor.ToArray())];
        }
    }

    private static NetworkState State(ModelSettings settings, int classes, long seed = 1) => WeightInitializer.Create(RetinaNetArchitecture.Create(settings, classes), seed);

    private static Tensor Noise(long seed, int images, int height, int width)
    {
        var random = new RandomStream(seed, "test");
        return TensorValues.Create(Enumerable.Range(0, images * 3 * height * width).Select(_ => (float)random.NextNormal()), images, 3, height, width).ChannelsLast();
    }

    private static float[] Read(LevelOutput[] outputs) => [.. outputs.SelectMany(output => output.Logits.ToArray().Concat(output.BoxOutputs.ToArray()))];
}
