using System.Text.Json;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Tests.Modeling;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Golden;

/// <summary>A ResNeXt with a path aggregation network beside PyTorch's. architecture.json was made by make_architecture_golden.py.</summary>
[Collection(TorchCollection.Name)]
public class ArchitectureParityTests : LeakCheck
{
    private static readonly JsonElement Golden = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "RetinaSharp.Detection.Tests", "Golden", "architecture.json"))).RootElement;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Levels_ResNeXtWithPathAggregation_ArePyTorchs(bool isTraining)
    {
        var settings = new ModelSettings { Blocks = [1, 1, 1, 1], Groups = 4, GroupWidth = 16, PyramidChannels = 16, Neck = NeckKind.Pafpn, P6From = P6Source.P5 };
        using var scope = NewDisposeScope();
        using var state = NetworkState.Create(RetinaNetArchitecture.Create(settings, 2));
        FormulaWeights.Fill(state, salt: 5);
        using var network = new RetinaNet(state, new(ScalarType.Float32, isTraining));

        var levels = network.Levels(Preprocessing.Normalize(FormulaWeights.Picture(0, 96, 64).Pixels, 64, 96, [(96, 64)], CPU, ScalarType.Float32));

        Assert.Equal("pafpn", state.Architecture.Settings.Parts.Neck);
        var expected = Golden.GetProperty("levels").EnumerateArray().ToArray();
        Assert.Equal(expected.Length, levels.Length);
        foreach (var (golden, level) in expected.Zip(levels))
        {
            var values = level.detach().ToArray();
            var (step, norm) = (golden.GetProperty("step").GetInt32(), golden.GetProperty("norm").GetDouble());
            Assert.Equal(golden.GetProperty("count").GetInt32(), values.Length);
            Assert.InRange(Math.Sqrt(values.Sum(value => (double)value * value)) / norm, 1 - 1e-5, 1 + 1e-5);
            foreach (var (i, value) in golden.GetProperty("values").EnumerateArray().Index())
                Assert.Equal(value.GetDouble(), values[i * step], 1e-4);
        }
    }
}
