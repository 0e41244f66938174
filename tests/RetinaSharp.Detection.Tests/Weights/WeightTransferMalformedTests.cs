using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Detection.Tests.Weights;

/// <summary>Initial weights that are corrupt, or made to do harm.</summary>
[Collection(TorchCollection.Name)]
public sealed class WeightTransferMalformedTests : LeakCheck
{
    private const string ClassBias = "head.classification_head.cls_logits.bias";

    private static readonly ModelSettings Model = new() { Depth = 18, Width = .125, PyramidChannels = 16, HeadConvolutions = 1 };

    private readonly SafetensorsFolder _folder = new();

    public override void Dispose()
    {
        _folder.Dispose();
        base.Dispose();
    }

    [Theory]
    [InlineData("backbone.body.layer2.0.conv1.weight", float.NaN)]
    [InlineData(ClassBias, float.PositiveInfinity)]
    public void Load_WeightThatIsNotFinite_ThrowsAndNamesIt(string name, float value)
    {
        var path = Save(state =>
        {
            var values = state[name].ToArray();
            values[^1] = value;
            state[name].Fill(values);
        });

        var error = Assert.Throws<WeightsException>(() => Load(path));

        Assert.Equal(path, error.File);
        Assert.Contains($"the weight {name} has infinite or NaN elements", error.Reason);
    }

    [Fact]
    public void Load_ClassLayerThatIsAScalar_IsNotTaken()
    {
        var path = Save(_ => { }, entries => [.. entries.Where(entry => entry.Name != ClassBias), new(ClassBias, SafetensorsType.F32, [], new byte[4])]);

        var taken = Load(path);

        using var start = WeightInitializer.Create(RetinaNetArchitecture.Create(Model, 3), 1);
        Assert.Equal(start[ClassBias].ToArray(), taken[ClassBias]);
    }

    private static Dictionary<string, float[]> Load(string path)
    {
        Category[] categories = [new(1, "green"), new(2, "blue"), new(3, "white")];
        using var state = WeightInitializer.Create(RetinaNetArchitecture.Create(Model, categories.Length), 1);
        WeightTransfer.Load(path, state, categories);
        return state.Read();
    }

    /// <summary>Saves a model with the classes red and blue.</summary>
    private string Save(Action<NetworkState> change, Func<IEnumerable<SafetensorsEntry>, IEnumerable<SafetensorsEntry>>? replace = null)
    {
        var path = _folder.At("model.safetensors");
        using var state = WeightInitializer.Create(RetinaNetArchitecture.Create(Model, 2), 8);
        change(state);
        var entries = state.Entries.Select(entry => SafetensorsTensors.Entry(entry.Name, entry.Tensor));
        ModelFile.Save(path, replace is null ? entries : replace(entries), new() { Settings = new() { Model = Model }, Categories = [new(1, "red"), new(2, "blue")] });
        return path;
    }
}
