using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Tests.Configuration;

public sealed class SettingsJsonTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public static TheoryData<string> PresetNames => [.. Presets.Names];

    public void Dispose() => File.Delete(_path);

    [Theory]
    [MemberData(nameof(PresetNames))]
    public void Read_WhatWasWritten_IsTheSame(string name)
    {
        var preset = Presets.Named(name);
        var text = SettingsJson.Write(preset);

        Assert.Equal(text, SettingsJson.Write(Read(text, new())));
        Assert.DoesNotContain("scaledLearningRate", text);
    }

    [Fact]
    public void Read_PartOfASection_KeepsTheRest()
    {
        var settings = Read("""{ "training": { "epochs": 3, /* comments may be there */ "optimizer": "Sgd", }, "loss": { "alpha": null }, "inference": { "suppression": "SoftGaussian" } }""", Presets.Tiny);

        Assert.Equal(3, settings.Training.Epochs);
        Assert.Equal(OptimizerKind.Sgd, settings.Training.Optimizer);
        Assert.Equal(Presets.Tiny.Training.WarmUp, settings.Training.WarmUp);
        Assert.Null(settings.Loss.Alpha);
        Assert.Equal(Presets.Tiny.Inference with { Suppression = SuppressionKind.SoftGaussian }, settings.Inference);
        Assert.Equal(BoxLossKind.Giou, settings.Loss.Box);
        Assert.Equal(Presets.Tiny.Input, settings.Input);
        Assert.Equal(Presets.Tiny.Model with { Anchors = settings.Model.Anchors }, settings.Model);
    }

    [Fact]
    public void Read_Tile_IsANumberOrNull()
    {
        var tiled = Read("""{ "tile": 640 }""", Presets.Tiny);

        Assert.Equal(640, tiled.Tile);
        Assert.Equal(640, Read(SettingsJson.Write(tiled), new()).Tile);
        Assert.Equal(640, Read("{}", tiled).Tile);
        Assert.Null(Read("""{ "tile": null }""", tiled).Tile);
        Assert.Equal(["tile is 640, not null"], SettingsJson.Differences(tiled, Presets.Tiny));
        Assert.Throws<ArgumentException>(() => (Presets.Tiny with { Tile = 15 }).Validate());
        (Presets.Tiny with { Tile = 16 }).Validate();
    }

    [Fact]
    public void Read_List_ReplacesTheWhole() =>
        Assert.Equal([1, 1.5], Read("""{ "model": { "anchors": { "scales": [1, 1.5] } } }""", new()).Model.Anchors.Scales);

    [Theory]
    [InlineData("""{ "trainning": { "epochs": 3 } }""", "trainning")]
    [InlineData("""{ "training": { "epoch": 3 } }""", "epoch")]
    [InlineData("""{ "model": { "anchors": { "scale": 2 } } }""", "scale")]
    [InlineData("""{ "training": { "optimizer": "Lion" } }""", "optimizer")]
    [InlineData("""{ "training": { "optimizer": 9 } }""", "optimizer")]
    [InlineData("""{ "training": { "epochs": "three" } }""", "epochs")]
    [InlineData("""{ "training": null }""", "training")]
    [InlineData("""{ "training": { "epochs": 3 }, "training": { "batch": 4 } }""", "'training'")]
    [InlineData("""{ "training": { "epochs": 3, "epochs": 4 } }""", "'epochs'")]
    [InlineData("""{ "model": { "anchors": { "ratios": null } } }""", "ratios")]
    [InlineData("""[ 1 ]""", "")]
    [InlineData("""{ "training": """, "")]
    [InlineData("epochs: 3", "")]
    [InlineData("null", "null")]
    [InlineData("""{ "\ud800": 1 }""", "")]
    [InlineData("""{ "training": { "optimizer": "\ud800" } }""", "")]
    public void Read_WhatIsNoSetting_ThrowsAndNamesIt(string text, string name)
    {
        var error = Assert.Throws<DatasetException>(() => Read(text, new()));

        Assert.Equal(_path, error.File);
        Assert.Contains(name, error.Message);
    }

    [Fact]
    public void Read_ByteOrderMark_IsSkipped()
    {
        File.WriteAllText(_path, """{ "training": { "epochs": 3 } }""", System.Text.Encoding.UTF8);

        Assert.Equal(3, SettingsJson.Read(_path, new()).Training.Epochs);
    }

    [Fact]
    public void Read_NoFile_Throws() => Assert.Throws<DatasetException>(() => SettingsJson.Read(_path + ".none", new()));

    private RunSettings Read(string text, RunSettings defaults)
    {
        File.WriteAllText(_path, text);
        return SettingsJson.Read(_path, defaults);
    }

    [Fact]
    public void Differences_OtherSettings_NamesThemWithBothValues()
    {
        var other = Presets.Tiny with
        {
            Training = Presets.Tiny.Training with { Epochs = 3 },
            Model = Presets.Tiny.Model with { Anchors = Presets.Tiny.Model.Anchors with { Ratios = [1] } },
        };

        Assert.Equal(["model.anchors.ratios is [0.5, 1, 2], not [1]", "training.epochs is 20, not 3"], SettingsJson.Differences(Presets.Tiny, other));
        Assert.Empty(SettingsJson.Differences(Presets.Tiny, Presets.Tiny with { }));
    }
}
