using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Tests.Weights.PyTorch;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Tests.Weights;

public sealed class InitialWeightsSettingsTests : IDisposable
{
    private readonly PyTorchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(18, false, P6Source.P5)]
    [InlineData(50, true, P6Source.C5)]
    public void Of_TorchvisionsRetinaNet_IsTheArchitectureThatImportFinds(int depth, bool headNorm, P6Source p6)
    {
        var network = RetinaNetArchitecture.Create(new ModelSettings { Depth = depth, Width = .125, PyramidChannels = 32, HeadNorm = headNorm, P6From = p6, Anchors = new() { Compatibility = AnchorCompatibility.Torchvision } }, 3);
        var file = Save("retinanet.pth", network.Layers());

        var settings = InitialWeightsSettings.Load(file, Presets.Small);

        WeightImport.Import(file, _folder.At("model.safetensors"));
        var imported = Detector.Describe(_folder.At("model.safetensors")).Settings;
        // Its background is a matter of its data.
        Assert.Empty(SettingsJson.Differences(Presets.Small with { Model = imported.Model with { BackgroundClass = false }, Input = imported.Input }, settings));
        Assert.Equal((depth, headNorm, p6, new InputSize(800, 1333)), (settings.Model.Depth, settings.Model.HeadNorm, settings.Model.P6From, settings.Input));
    }

    [Theory]
    [InlineData(34)]
    [InlineData(101)]
    public void Of_ResNet_IsThePresetWithItsDepthAndWidth(int depth)
    {
        var body = ResNetArchitecture.Create(ResNetVariant.Parse($"resnet{depth}"), .25, NormKind.Batch);

        var settings = InitialWeightsSettings.Load(Save("resnet.pth", body.Layers()), Presets.Small);

        Assert.Empty(SettingsJson.Differences(Presets.Small with { Model = Presets.Small.Model with { Depth = depth, Width = .25 } }, settings));
    }

    [Theory]
    [InlineData("resnext50_32x4d", .25)]
    [InlineData("wide_resnet50_2", .25)]
    // 1.5 channels per group of the first stage are rounded down.
    [InlineData("resnext50_32x4d", .375)]
    public void Of_ResNeXt_HasItsGroups(string name, double width)
    {
        var body = ResNetArchitecture.Create(ResNetVariant.Parse(name), width, NormKind.Batch);

        var settings = InitialWeightsSettings.Load(Save("resnext.pth", body.Layers()), Presets.Small);

        Assert.Equal((name, width), (ResNetVariant.Create(settings.Model).Name, settings.Model.Width));
    }

    [Fact]
    public void Of_OtherWeights_Throws() =>
        Assert.Contains("not those of a torchvision RetinaNet or ResNet", Assert.Throws<WeightsException>(() => InitialWeightsSettings.Load(_folder.Save("other.pth", [("fc.weight", [1], [1])]), new())).Message);

    private string Save(string name, IEnumerable<ConvolutionLayer> layers) =>
        _folder.Save(name, layers.SelectMany(layer => layer.Tensors()).Select(layout => (layout.Name, layout.Shape, new float[layout.Count])));
}
