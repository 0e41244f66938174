using RetinaSharp.Kernels.Optimizers;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests.Optimizers;

public sealed class ExponentialMovingAverageTests : LeakCheck
{
    [Fact]
    public void CurrentDecay_FirstUpdates_GrowsToTheDecay()
    {
        using var scope = NewDisposeScope();
        using var ema = new ExponentialMovingAverage([("weight", zeros(3))], .3);
        var decays = new List<double>();
        for (var i = 0; i < 4; i++)
        {
            ema.Update();
            decays.Add(ema.CurrentDecay);
        }

        // (1 + t) / (10 + t) reaches .3 between the second and the third update.
        Assert.Equal([2 / 11d, 3 / 12d, .3, .3], decays);
        Assert.Equal(4, ema.Updates);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Update_UnchangedWeights_KeepsBits(bool fused)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        var weight = TestParameters.Draw(1, [75]);
        weight.Elements<float>()[0] = weight.Elements<float>()[74] = -0f;
        using var ema = new ExponentialMovingAverage([("weight", weight)], .999);
        for (var i = 0; i < 5; i++)
            ema.Update();
        Assert.Equal(weight.Elements<uint>().ToArray(), ema.Averages[0].Elements<uint>().ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Update_RestoredAverages_ContinuesBitExact(bool fused)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        using var parameters = new TestParameters();
        using var original = Create(parameters, .99);
        Draw(parameters, 20);
        original.Update();
        using var resumed = Create(parameters, .99);
        foreach (var (from, to) in original.Averages.Zip(resumed.Averages))
            to.copy_(from);
        resumed.Updates = original.Updates;
        Draw(parameters, 40);
        original.Update();
        resumed.Update();
        TestParameters.AssertSame(TestParameters.Bits(original.Averages), TestParameters.Bits(resumed.Averages));
    }

    [Fact]
    public void Create_InDisposeScope_OutlivesIt()
    {
        using var parameters = new TestParameters();
        ExponentialMovingAverage ema;
        using (NewDisposeScope())
            ema = Create(parameters, .9);
        Assert.Equal(parameters.Masters[0].stride(), ema.Averages[0].stride());
        ema.Dispose();
    }

    [Fact]
    public void Create_WithTensorsForTheAverages_KeepsThemThere()
    {
        using var scope = NewDisposeScope();
        var (weight, storage) = (TestParameters.Draw(1, [8]), zeros(20));
        using (var ema = new ExponentialMovingAverage([("a", weight)], .5, [storage.narrow(0, 4, 8)]))
        {
            Assert.Equal(weight.Elements<float>(), storage.Elements<float>()[4..12]);
            weight.add_(1);
            ema.Updates = 100;
            ema.Update();
        }

        Assert.Equal(weight.sub(.5).Elements<float>().ToArray(), storage.Elements<float>()[4..12].ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(0, storage[3].item<float>());
        Assert.Equal(0, storage[12].item<float>());
    }

    [Fact]
    public void Create_AveragesDoNotMatch_Throws()
    {
        using var scope = NewDisposeScope();
        var weight = TestParameters.Draw(1, [3, 4]);
        Throws();
        Throws(zeros(3, 4), zeros(3, 4));
        Throws(zeros(12));
        Throws(zeros(4, 3).t());
        Throws(zeros(3, 4, ScalarType.BFloat16));

        void Throws(params Tensor[] averages) => Assert.Throws<ArgumentException>(() => new ExponentialMovingAverage([("a", weight)], .9, averages));
    }

    [Fact]
    public void Create_InvalidState_Throws()
    {
        using var scope = NewDisposeScope();
        var weight = TestParameters.Draw(1, [3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExponentialMovingAverage([("a", weight)], 1));
        Assert.Throws<ArgumentException>(() => new ExponentialMovingAverage([("a", weight.to(ScalarType.Int64))], .9));
        Assert.Throws<ArgumentException>(() => new ExponentialMovingAverage([("a", weight), ("b", weight.alias())], .9));
    }

    private static ExponentialMovingAverage Create(TestParameters parameters, double decay) =>
        new([.. parameters.Masters.Select((master, i) => ($"{i}", master))], decay);

    private static void Draw(TestParameters parameters, int seed)
    {
        foreach (var (master, i) in parameters.Masters.Select((master, i) => (master, i)))
        {
            using var drawn = TestParameters.Draw(seed + i, TestParameters.Shapes[i]);
            master.copy_(drawn);
        }
    }
}
