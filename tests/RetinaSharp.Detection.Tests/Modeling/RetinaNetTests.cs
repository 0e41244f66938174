using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Tests.Modeling;

[Collection(TorchCollection.Name)]
public class RetinaNetTests
{
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
        using var network = new RetinaNet(settings, 5);
        WeightInitializer.Initialize(network, 1);
        network.Train(false);
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();

        var outputs = network.Forward(Tensor.Zeros(ScalarType.Float32, Device.Cpu, 2, 3, height, imageWidth).ChannelsLast());

        var grid = new AnchorGenerator(settings.Anchors).Generate(height, imageWidth);
        Assert.Equal(grid.Levels.Count, outputs.Length);
        foreach (var (level, output) in grid.Levels.Zip(outputs))
        {
            Assert.Equal([2, level.Count, 5], output.Logits.Shape.ToArray());
            Assert.Equal([2, level.Count, 4], output.Deltas.Shape.ToArray());
        }
    }

    [Fact]
    public void Forward_Again_KeepsNothingButItsOutputs()
    {
        using var network = new RetinaNet(Small, 5);
        network.Train(false);
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        var images = Tensor.Zeros(ScalarType.Float32, Device.Cpu, 1, 3, 64, 64).ChannelsLast();
        network.Forward(images);
        var alive = TensorCount.Alive;
        var outputs = network.Forward(images);
        Assert.Equal(alive + (2 * outputs.Length), TensorCount.Alive);
    }

    [Theory]
    [InlineData(18)]
    [InlineData(50)]
    public void Forward_WithoutRecording_SameAsRecordedAndLeavesItsInput(int depth)
    {
        using var network = new RetinaNet(Small with { Depth = depth }, 5);
        WeightInitializer.Initialize(network, 1);
        network.Train(false);
        using var scope = new TensorScope();
        var images = Tensor.From<float>([.. Enumerable.Range(0, 3 * 64 * 96).Select(i => MathF.Sin(i))], Device.Cpu, 1, 3, 64, 96).ChannelsLast();
        var recorded = Read(network.Forward(images));
        using var guard = Autograd.WithoutGradient();

        // Blocks put their sums where their inputs were.
        Assert.Equal(recorded, Read(network.Forward(images)));
        Assert.Equal(recorded, Read(network.Forward(images)));

        static float[] Read(LevelOutput[] outputs) => [.. outputs.SelectMany(output => output.Logits.Detach().ToArray().Concat(output.Deltas.Detach().ToArray()))];
    }

    [Theory]
    [InlineData(.25, new[] { 16, 32, 64, 128 })]
    [InlineData(1, new[] { 64, 128, 256, 512 })]
    public void StageChannels_Width_ScalesThem(double width, int[] channels)
    {
        using var network = new RetinaNet(Small with { Width = width }, 1);

        Assert.Equal(channels, network.Body.StageChannels);
    }

    [Theory]
    [InlineData(.01)]
    [InlineData(.1)]
    public void Forward_AtTheStart_EveryScoreIsNearThePrior(double prior)
    {
        using var network = new RetinaNet(Small with { Prior = prior, Norm = NormKind.Batch }, 3);
        WeightInitializer.Initialize(network, 3);
        network.Train(true);
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        var random = new RandomStream(1, "test");
        var pixels = Enumerable.Range(0, 2 * 3 * 64 * 64).Select(_ => (float)random.NextNormal()).ToArray();

        var outputs = network.Forward(Tensor.From<float>(pixels, Device.Cpu, 2, 3, 64, 64).ChannelsLast());

        var scores = outputs.SelectMany(output => output.Logits.ToArray()).Select(logit => 1 / (1 + Math.Exp(-logit))).ToArray();
        Assert.InRange(scores.Average(), .9 * prior, 1.1 * prior);
    }

    [Theory]
    [InlineData(.01, 1)]
    [InlineData(.1, 3)]
    public void Forward_SoftmaxAtTheStart_ClassesTogetherAreNearThePrior(double prior, int classes)
    {
        using var network = new RetinaNet(Small with { Prior = prior }, classes, hasBackground: true);
        WeightInitializer.Initialize(network, 3);
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();

        // A black image: what the biases say.
        var outputs = network.Forward(Tensor.Zeros(ScalarType.Float32, Device.Cpu, 1, 3, 64, 64).ChannelsLast());

        foreach (var row in outputs.SelectMany(output => output.Logits.ToArray().Chunk(classes + 1)))
        {
            var (background, sum) = (Math.Exp(row[0]), row.Sum(logit => Math.Exp(logit)));
            Assert.Equal(prior, 1 - (background / sum), .2 * prior);
            Assert.All(row[1..], logit => Assert.Equal(prior / classes, Math.Exp(logit) / sum, .2 * prior));
        }
    }

    [Fact]
    public void Forward_Bfloat16_IsNearSingle()
    {
        using var network = new RetinaNet(Small with { Norm = NormKind.Batch }, 3);
        WeightInitializer.Initialize(network, 3);
        network.Train(false);
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        var random = new RandomStream(1, "test");
        var pixels = Enumerable.Range(0, 3 * 64 * 64).Select(_ => (float)random.NextNormal()).ToArray();
        var input = Tensor.From<float>(pixels, Device.Cpu, 1, 3, 64, 64).ChannelsLast();

        var single = network.Forward(input)[0].Deltas.ToArray();
        network.To(Device.Cpu, ScalarType.BFloat16);
        var half = network.Forward(input.To(ScalarType.BFloat16))[0];

        Assert.Equal(ScalarType.BFloat16, half.Deltas.Type);
        var distance = Math.Sqrt(single.Zip(half.Deltas.ToArray(), (a, b) => Math.Pow(a - b, 2)).Sum());
        Assert.InRange(distance / Math.Sqrt(single.Sum(a => (double)a * a)), 1e-9, .05);
    }

    [Fact]
    public void Initialize_SameSeed_SameWeightsAndOtherSeedOthers()
    {
        Assert.Equal(Weights(5), Weights(5));
        Assert.NotEqual(Weights(5), Weights(6));

        static float[] Weights(long seed)
        {
            using var network = new RetinaNet(Small, 2);
            WeightInitializer.Initialize(network, seed);
            return [.. network.State().SelectMany(entry => entry.Tensor.ToArray())];
        }
    }

    private static ModelSettings Small => new() { Depth = 18, Width = .25, PyramidChannels = 16, HeadConvolutions = 1, Norm = NormKind.Group };
}
