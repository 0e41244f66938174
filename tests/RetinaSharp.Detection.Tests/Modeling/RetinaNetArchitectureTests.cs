using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Detection.Tests.Modeling;

[Collection(TorchCollection.Name)]
public sealed class RetinaNetArchitectureTests : LeakCheck
{
    [Theory]
    [InlineData(18, .25, 3, 7, P6Source.C5, 1, NormKind.Frozen)]
    [InlineData(34, .125, 2, 7, P6Source.P5, 3, NormKind.Batch)]
    [InlineData(50, .125, 2, 5, P6Source.C5, 4, NormKind.Group)]
    [InlineData(101, .5, 5, 6, P6Source.P5, 90, NormKind.Frozen)]
    [InlineData(152, .125, 4, 10, P6Source.C5, 2, NormKind.Batch)]
    public void Tensors_AnyArchitecture_AreTheStateDictionary(int depth, double width, int minLevel, int maxLevel, P6Source p6, int classes, NormKind norm)
    {
        var architecture = RetinaNetArchitecture.Create(
            new ModelSettings
            {
                Depth = depth,
                Width = width,
                Norm = norm,
                PyramidChannels = 24,
                P6From = p6,
                HeadConvolutions = classes % 4,
                HeadNorm = norm == NormKind.Group,
                Anchors = new() { MinLevel = minLevel, MaxLevel = maxLevel },
            },
            classes);
        using var state = NetworkState.Create(architecture);
        using var network = new RetinaNet(state);

        var dictionary = network.state_dict();

        // TorchSharp lists the buffers after the parameters.
        Assert.Equal(architecture.Tensors().Select(layout => layout.Name).Order(StringComparer.Ordinal), dictionary.Keys.Order(StringComparer.Ordinal));
        Assert.All(architecture.Tensors(), layout => Assert.Equal(layout.Shape, dictionary[layout.Name].shape));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void Layers_FrozenParts_AreThoseThatTheNetworkDoesNotTrain(int freeze)
    {
        var architecture = RetinaNetArchitecture.Create(Presets.Tiny.Model, 2);
        using var state = NetworkState.Create(architecture);
        using var network = new RetinaNet(state, new(IsTraining: true, FrozenParts: freeze));

        var trained = architecture.Layers().Where(layer => layer.Part >= freeze).SelectMany(layer => layer.Tensors()).Where(layout => layout.Kind != TensorKind.Buffer);

        Assert.Equal(trained.Select(layout => layout.Name), network.named_parameters().Where(entry => entry.parameter.requires_grad).Select(entry => entry.name));
    }

    // What torchvision publishes, in thousand million products at 224 x 224 pixels, with a classifier of 1000 classes.
    [Theory]
    [InlineData("resnet18", 512, 1.814)]
    [InlineData("resnet34", 512, 3.664)]
    [InlineData("resnet50", 2048, 4.089)]
    [InlineData("resnet101", 2048, 7.801)]
    [InlineData("resnet152", 2048, 11.514)]
    [InlineData("resnext50_32x4d", 2048, 4.23)]
    [InlineData("resnext101_32x8d", 2048, 16.414)]
    [InlineData("resnext101_64x4d", 2048, 15.46)]
    [InlineData("wide_resnet50_2", 2048, 11.398)]
    [InlineData("wide_resnet101_2", 2048, 22.753)]
    public void Operations_OfABackbone_AreAsManyAsTorchvisionPublishes(string name, int features, double published)
    {
        var operations = ResNetArchitecture.Create(ResNetVariant.Parse(name), 1, NormKind.Frozen).Layers().Sum(layer => layer.Operations(224));

        Assert.Equal(published, ((operations / 2) + (features * 1000)) / 1e9, 3);
    }

    [Theory]
    [InlineData(.25, new[] { 16, 32, 64, 128 })]
    [InlineData(1, new[] { 64, 128, 256, 512 })]
    public void Channels_Width_ScalesThem(double width, int[] channels) => Assert.Equal(channels, ResNetArchitecture.Create(ResNetVariant.Parse("resnet18"), width, NormKind.Group).Channels);
}
