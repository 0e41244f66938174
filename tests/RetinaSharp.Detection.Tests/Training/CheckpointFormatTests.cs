using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Training;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Training;

[Collection(TorchCollection.Name)]
public sealed class CheckpointFormatTests : LeakCheck
{
    /// <summary>
    /// Of last.state as the engine before TorchSharp wrote it, after <c>retina train --preset tiny --optimizer adamw|sgd</c> on generated
    /// scenes (5 classes): the SHA-256 of the sorted lines "name type [shape]". A checkpoint of then has to resume now.
    /// </summary>
    [Theory]
    [InlineData(OptimizerKind.AdamW, 432, "afcaf483af6db881f1fb54cb1d41943e93ad8062d5e47d29138624f396af99be")]
    [InlineData(OptimizerKind.Sgd, 344, "0fb91f7bb9d6fcba67d5b2fe28f512e42fd6a170539da1b8e266f6b5f756b476")]
    public void CheckpointTensors_TinyPreset_HasTheTensorsOfVersion1(OptimizerKind optimizer, int count, string expected)
    {
        using var state = new TrainingState(
            WeightInitializer.Create(RetinaNetArchitecture.Create(Presets.Tiny, 5), 1), Presets.Tiny.Training with { Optimizer = optimizer }, ScalarType.Float32);

        using var tensors = state.GatherCheckpoint();
        string[] lines = [.. tensors.Entries.Select(entry => $"{entry.Name} F32 [{string.Join(", ", entry.Tensor.shape.Select(side => side.ToString(CultureInfo.InvariantCulture)))}]")];

        Assert.Equal(count, lines.Length);
        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines.Order(StringComparer.Ordinal))))));
    }

    [Fact]
    public void Serialize_MembersRenamedInTheCode_HaveTheNamesOfVersion1()
    {
        var checkpoint = new Checkpoint
        {
            Settings = new(),
            TrainingData = "",
            Precision = Precision.Fp32,
            ComputedOn = "cpu",
            Anchors = new(Positive: 2, NonIgnored: 8),
            ExtendedAtEpoch = 3,
        };

        var json = JsonSerializer.SerializeToElement(checkpoint, SettingsJsonContext.Default.Checkpoint);

        Assert.Equal("cpu", json.GetProperty("place").GetString());
        Assert.Equal(3, json.GetProperty("patienceFrom").GetInt32());
        Assert.Equal(["positive", "counted"], json.GetProperty("anchors").EnumerateObject().Select(member => member.Name));
        var settings = json.GetProperty("settings");
        // Later versions may add members.
        Assert.Empty(new[] { "scoreThreshold", "candidates", "nmsIou", "maxDetections", "clipping" }.Except(settings.GetProperty("inference").EnumerateObject().Select(member => member.Name)));
        Assert.Equal(["kind", "batch", "nmsIou", "ratio"], settings.GetProperty("loss").GetProperty("sampling").EnumerateObject().Select(member => member.Name));
        Assert.Equal(checkpoint.Anchors, json.Deserialize(SettingsJsonContext.Default.Checkpoint)!.Anchors);
    }
}
