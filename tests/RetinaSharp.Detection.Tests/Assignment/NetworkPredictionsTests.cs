using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Tests.Modeling;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Assignment;

[Collection(TorchCollection.Name)]
public sealed class NetworkPredictionsTests : LeakCheck
{
    private const int Images = 2, Classes = 3;

    private readonly AnchorGrid _grid = new AnchorGenerator(new() { MinLevel = 3, MaxLevel = 4 }).Generate(32, 48);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Create_Outputs_AreReadByImageAndAnchor(bool isBFloat16)
    {
        using var scope = NewDisposeScope();
        var type = isBFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        LevelOutput[] outputs = [.. _grid.Levels.Select(level => new LevelOutput(Values(level.Count, Classes).to(type), Values(level.Count, 4).to(type)))];

        var predictions = NetworkPredictions.Create(outputs, _grid, BoxHeadOutputs.Delta, Images);

        var decoded = new Box[_grid.Count];
        for (var image = 0; image < Images; image++)
        {
            predictions[image].Decode(decoded);
            foreach (var (index, level) in _grid.Levels.Index())
            {
                var (logits, deltas) = (outputs[index].Logits[image].ToArray(), outputs[index].BoxOutputs[image].ToArray());
                for (var i = 0; i < level.Count; i++)
                {
                    var anchor = level.Offset + i;
                    Assert.Equal(logits[(i * Classes)..((i + 1) * Classes)], predictions[image].Logits(anchor).ToArray());
                    Assert.Equal(BoxHeadOutputs.Delta.Decode(_grid.Boxes[anchor], 1 << level.Level, deltas.AsSpan(4 * i, 4)), predictions[image].Box(anchor));
                    Assert.Equal(decoded[anchor], predictions[image].Box(anchor));
                }
            }
        }
    }

    [Fact]
    public void Logits_NoSuchAnchor_Throws()
    {
        using var scope = NewDisposeScope();
        LevelOutput[] outputs = [.. _grid.Levels.Select(level => new LevelOutput(Values(level.Count, Classes), Values(level.Count, 4)))];
        var predictions = NetworkPredictions.Create(outputs, _grid, BoxHeadOutputs.Delta, Images)[0];

        foreach (var anchor in new[] { -1, _grid.Count })
            Assert.ThrowsAny<Exception>(() =>
            {
                predictions.Logits(anchor);
            });
    }

    private static Tensor Values(int anchors, int width) => arange(Images * anchors * width).sin().reshape(Images, anchors, width);
}
