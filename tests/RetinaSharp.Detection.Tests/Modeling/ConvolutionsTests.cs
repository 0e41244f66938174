using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Settings;

namespace RetinaSharp.Detection.Tests.Modeling;

[Collection(TorchCollection.Name)]
public sealed class ConvolutionsTests
{
    [Theory]
    [InlineData(18, .25, 3, 7, P6Source.C5, 1)]
    [InlineData(34, .125, 2, 7, P6Source.P5, 3)]
    [InlineData(50, .125, 2, 5, P6Source.C5, 4)]
    [InlineData(101, .5, 5, 6, P6Source.P5, 90)]
    [InlineData(152, .125, 4, 10, P6Source.C5, 2)]
    public void Of_AnyArchitecture_AreThoseOfTheNetwork(int depth, double width, int minLevel, int maxLevel, P6Source p6, int classes)
    {
        var settings = new ModelSettings
        {
            Depth = depth,
            Width = width,
            PyramidChannels = 24,
            P6From = p6,
            HeadConvolutions = classes % 4,
            Anchors = new() { MinLevel = minLevel, MaxLevel = maxLevel },
        };
        using var network = new RetinaNet(settings, classes);

        var counted = Convolutions.Of(settings, classes).Select(shape => shape.Weights);

        var weights = network.NamedParameters().Select(entry => entry.Parameter.Master.Shape.ToArray()).Where(shape => shape.Length == 4);
        Assert.Equal(weights.Select(shape => shape.Aggregate(1L, (a, b) => a * b)).Order(), counted.Order());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void Of_FrozenParts_AreThoseThatTheNetworkDoesNotTrain(int freeze)
    {
        var settings = Presets.Tiny.Model;
        using var network = new RetinaNet(settings, 2);
        network.Body.Freeze(freeze);

        var trained = Convolutions.Of(settings, 2).Where(shape => shape.Part >= freeze).Sum(shape => shape.Weights);

        var parameters = network.NamedParameters().Select(entry => entry.Parameter).Where(parameter => parameter.IsTrainable && parameter.Master.Shape.Length == 4);
        Assert.Equal(parameters.Sum(parameter => parameter.Master.Count), trained);
    }

    // What torchvision publishes, in thousand million products at 224 x 224 pixels, with a classifier of 1000 classes.
    [Theory]
    [InlineData(18, 512, 1.814)]
    [InlineData(34, 512, 3.664)]
    [InlineData(50, 2048, 4.089)]
    [InlineData(101, 2048, 7.801)]
    [InlineData(152, 2048, 11.514)]
    public void OfBody_ItsProducts_AreAsManyAsTorchvisionPublishes(int depth, int features, double published)
    {
        var products = Convolutions.OfBody(depth, 1).Sum(shape => shape.Weights * shape.Pixels(224));

        Assert.Equal(published, (products + features * 1000) / 1e9, 3);
    }
}
