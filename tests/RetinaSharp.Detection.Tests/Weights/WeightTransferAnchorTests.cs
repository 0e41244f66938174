using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Tests.Golden;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Detection.Tests.Weights;

/// <summary>Heads of a model with torchvision's order of anchors as a start for one with the paper's.</summary>
[Collection(TorchCollection.Name)]
public sealed class WeightTransferAnchorTests : LeakCheck
{
    private const string ClassLayer = "head.classification_head.cls_logits.";
    private const string BoxLayer = "head.regression_head.bbox_reg.";

    private static readonly ModelSettings Paper = new() { Depth = 18, Width = .125, PyramidChannels = 16, HeadConvolutions = 1 };

    private static readonly ModelSettings Torchvision = Paper with { Anchors = new() { Compatibility = AnchorCompatibility.Torchvision } };

    private readonly SafetensorsFolder _folder = new();

    public override void Dispose()
    {
        _folder.Dispose();
        base.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Load_TorchvisionsAnchors_ReordersTheRowsOfTheHeads(bool hasDescription)
    {
        var (path, source) = Save(hasDescription);

        var taken = Load(path, [new(1, "red"), new(2, "blue")]);

        Assert.All(taken.Where(weight => !IsOutput(weight.Key)), weight => Assert.Equal(source[weight.Key], weight.Value));
        foreach (var name in source.Keys.Where(IsOutput))
        {
            var (theirs, ours) = (ByAnchor(source[name]), ByAnchor(taken[name]));
            Assert.All(TorchvisionAnchors().Index(), anchor => Assert.Equal(theirs[anchor.Item], ours[anchor.Index]));
        }
    }

    [Fact]
    public void Load_TorchvisionsAnchorsAndOtherClasses_ReordersTheRowsOfTheClasses()
    {
        var (path, source) = Save(hasDescription: true);

        var taken = Load(path, [new(1, "green"), new(2, "white"), new(3, "blue")]);

        foreach (var name in source.Keys.Where(name => name.StartsWith(ClassLayer)))
        {
            var (theirs, ours) = (ByAnchor(source[name]), ByAnchor(taken[name]));
            // Blue is the second of two there, and the third of three here.
            Assert.All(TorchvisionAnchors().Index(), anchor => Assert.Equal(theirs[anchor.Item].Chunk(theirs[0].Length / 2).Last(), ours[anchor.Index].Chunk(ours[0].Length / 3).Last()));
        }
    }

    private static bool IsOutput(string name) => name.StartsWith(ClassLayer) || name.StartsWith(BoxLayer);

    private static float[][] ByAnchor(float[] rows) => [.. rows.Chunk(rows.Length / Paper.Anchors.AnchorsPerCell)];

    /// <summary>The index of torchvision's nearest anchor for each of the paper's.</summary>
    private static int[] TorchvisionAnchors()
    {
        var theirs = CellAnchors.Create(Torchvision.Anchors, 7);
        return [.. CellAnchors.Create(Paper.Anchors, 7).Select(ours => theirs.Index().MinBy(one => Math.Abs(one.Item.Width - ours.Width) + Math.Abs(one.Item.Height - ours.Height)).Index)];
    }

    private static Dictionary<string, float[]> Load(string path, Category[] categories)
    {
        using var state = WeightInitializer.Create(RetinaNetArchitecture.Create(Paper, categories.Length), 1);
        WeightTransfer.Load(path, state, categories);
        return state.Read();
    }

    private (string Path, Dictionary<string, float[]> Weights) Save(bool hasDescription)
    {
        var path = _folder.At("torchvision.safetensors");
        using var state = NetworkState.Create(RetinaNetArchitecture.Create(Torchvision, 2));
        FormulaWeights.Fill(state, salt: 1);
        if (hasDescription)
            ModelFile.Save(path, state.Entries, new() { Settings = new() { Model = Torchvision }, Categories = [new(1, "red"), new(2, "blue")] });
        else
            SafetensorsWriter.Write(path, [.. state.Entries.Select(entry => SafetensorsTensors.Entry(entry.Name, entry.Tensor))], new Dictionary<string, string>());
        return (path, state.Read());
    }
}
