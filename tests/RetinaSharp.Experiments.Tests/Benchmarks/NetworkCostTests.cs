using RetinaSharp.Detection.Configuration;
using RetinaSharp.Experiments.Benchmarks;

namespace RetinaSharp.Experiments.Tests.Benchmarks;

public sealed class NetworkCostTests
{
    // torchvision publishes 151.54 thousand million products for its first RetinaNet, at 800 x 800 pixels, with 91 outputs.
    [Fact]
    public void Of_TorchvisionsRetinaNet_IsWhatItPublishes() =>
        Assert.Equal(151.54e9, NetworkCost.Compute(PeerModel.Settings.Model, classes: 91, freeze: 0, side: 800).Forward / 2, .002 * 151.54e9);

    [Fact]
    public void Of_FrozenParts_CostNoWayBack()
    {
        var (whole, frozen) = (NetworkCost.Compute(new(), 80, freeze: 0, 512), NetworkCost.Compute(new() { Depth = 50 }, 80, freeze: 2, 512));

        Assert.Equal(whole.Forward, frozen.Forward);
        // All but the stem's input, which hangs on no weights.
        Assert.Equal(2 * whole.Forward - 2.0 * 3 * 64 * 49 * 256 * 256, whole.Backward, 1);
        Assert.True(frozen.Backward < .95 * whole.Backward);
    }

    [Theory]
    [InlineData(18)]
    [InlineData(50)]
    public void Of_AllOfTheBackboneFrozen_LeavesPyramidAndHeads(int depth)
    {
        var cost = NetworkCost.Compute(Presets.R50.Model with { Depth = depth }, 80, freeze: 5, 512);
        var trained = NetworkCost.Compute(Presets.R50.Model with { Depth = depth }, 80, freeze: 0, 512);

        Assert.InRange(cost.Backward, .3 * trained.Backward, .9 * trained.Backward);
    }
}
