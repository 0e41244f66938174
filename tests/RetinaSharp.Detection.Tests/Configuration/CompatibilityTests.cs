using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Tests.Configuration;

public sealed class CompatibilityTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public static TheoryData<string, string> All
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var preset in Presets.Names)
                foreach (var name in Compatibility.Names)
                    all.Add(preset, name);
            return all;
        }
    }

    public void Dispose() => File.Delete(_file);

    [Theory]
    [MemberData(nameof(All))]
    public void Apply_AnyPreset_IsValidAndKnownAgainAfterJson(string preset, string name)
    {
        var settings = Compatibility.Apply(Presets.Named(preset), name);
        File.WriteAllText(_file, SettingsJson.Write(settings));

        settings.Validate();
        Assert.Equal(name, Compatibility.Describe(settings));
        var read = SettingsJson.Read(_file, new());
        Assert.Empty(SettingsJson.Differences(settings, read));
        Assert.Equal(name, Compatibility.Describe(read));
    }

    [Theory]
    [InlineData("torchvision")]
    [InlineData("detectron2")]
    public void Apply_AnyPreset_HasNineAnchorsPerCell(string name)
    {
        var presets = Presets.Names.Select(Presets.Named).ToList();
        var models = presets.Concat(presets.Select(preset => preset.WithPoints())).Select(settings => Compatibility.Apply(settings, name).Model).ToList();

        Assert.All(models, model => Assert.Equal((HeadKind.Anchors, BoxHeadKind.Delta, false, 9), (model.Head, model.BoxHead, model.Centerness, model.Anchors.AnchorsPerCell)));
        var anchors = Compatibility.Apply(Presets.Small.WithPoints(), name).Model.Anchors;
        Assert.Equal((Presets.Small.Model.Anchors.BaseSize, 3, 7), (anchors.BaseSize, anchors.MinLevel, anchors.MaxLevel));
    }

    [Fact]
    public void Apply_Torchvision_IsItsFirstRetinaNet()
    {
        var settings = Compatibility.Apply(Presets.R50, "torchvision");

        Assert.Equal((AnchorCompatibility.Torchvision, P6Source.P5, true), (settings.Model.Anchors.Compatibility, settings.Model.P6From, settings.Model.BackgroundClass));
        Assert.Equal((NormalizerKind.PerImage, BoxLossKind.L1, 0.0), (settings.Loss.Normalizer, settings.Loss.Box, settings.Assigner.LowQualityFloor));
        Assert.Equal((BoxClipping.BeforeSuppression, 300), (settings.Inference.Clipping, settings.Inference.MaxDetections));
    }

    [Fact]
    public void Apply_TorchvisionWithNormsInTheHeads_IsItsSecondRetinaNet()
    {
        var settings = Compatibility.Apply(Presets.R50 with { Model = Presets.R50.Model with { HeadNorm = true } }, "torchvision");

        Assert.Equal((P6Source.C5, BoxLossKind.Giou), (settings.Model.P6From, settings.Loss.Box));
    }

    [Fact]
    public void Apply_Detectron2_IsItsRetinaNetWhateverWasThere()
    {
        var settings = Compatibility.Apply(Compatibility.Apply(Presets.R50, "torchvision"), "detectron2");

        Assert.Equal((AnchorCompatibility.Exact, P6Source.C5, false), (settings.Model.Anchors.Compatibility, settings.Model.P6From, settings.Model.BackgroundClass));
        Assert.Equal((NormalizerKind.MovingAverage, BoxLossKind.L1, 0.0), (settings.Loss.Normalizer, settings.Loss.Box, settings.Assigner.LowQualityFloor));
        Assert.Equal((BoxClipping.AfterSuppression, 100), (settings.Inference.Clipping, settings.Inference.MaxDetections));
    }

    [Fact]
    public void Of_OneSettingOtherwise_IsNone()
    {
        var settings = Compatibility.Apply(Presets.R50, "torchvision");

        Assert.Equal("none", Compatibility.Describe(settings with { Assigner = new() }));
    }

    [Fact]
    public void Apply_UnknownName_ThrowsAndListsThem() =>
        Assert.Contains("none, torchvision, detectron2", Assert.Throws<ArgumentException>(() => Compatibility.Apply(new(), "mmdetection")).Message);
}
