using RetinaSharp.Detection.Tests.Weights.PyTorch;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Detection.Tests.Weights;

public sealed class TorchvisionWeightsTests : IDisposable
{
    private const string Head = "head.classification_head.conv.";

    private readonly PyTorchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Names_OldHead_AreCurrent() =>
        Assert.Equal([$"{Head}0.0.weight", $"{Head}1.0.weight", $"{Head}2.0.weight"], Names($"{Head}0.weight", $"{Head}2.weight", $"{Head}4.weight"));

    [Fact]
    public void Names_HeadOfFcos_AreUnchanged()
    {
        // A convolution, its group norm and a ReLU without weights, again and again.
        string[] names = [$"{Head}0.weight", $"{Head}1.weight", $"{Head}3.weight", $"{Head}4.weight", $"{Head}6.weight", $"{Head}7.weight"];

        Assert.Equal(names, Names(names));
    }

    [Theory]
    [InlineData(Head + "\u0662.weight")]
    [InlineData("backbone.fpn.inner_blocks.\u0662.weight")]
    public void Names_DigitsOfAnotherScript_AreUnchanged(string name) => Assert.Equal([name], Names(name));

    private string[] Names(params string[] names)
    {
        using var weights = TorchvisionWeights.Open(_folder.Save("head.pth", names.Select(name => (name, new long[] { 1 }, new float[1]))), out _);
        return [.. weights.Names.Order(StringComparer.Ordinal)];
    }
}
