using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Tests.Weights;

public sealed class TorchvisionArchitectureTests
{
    [Fact]
    public void Input_MLPerfsRetinaNet_IsStretchedAndThatOfOthersIsNot()
    {
        var settings = ResNetVariant.Parse("resnext50_32x4d").ApplyTo(new ModelSettings { P6From = P6Source.P5 });

        Assert.Equal(InputSize.Square(800), TorchvisionArchitecture.Input(settings, 264));
        // The classes of COCO and of all of Open Images, which other programs have too.
        Assert.All([91, 263, 265, 601], classes => Assert.Equal(new InputSize(800, 1333), TorchvisionArchitecture.Input(settings, classes)));
        ModelSettings[] others =
        [
            settings with { Depth = 101 }, settings with { Groups = 1, GroupWidth = 64 }, settings with { Width = .5 }, settings with { Norm = NormKind.Batch },
            settings with { PyramidChannels = 128 }, settings with { P6From = P6Source.C5 }, settings with { HeadConvolutions = 3 }, settings with { HeadNorm = true },
        ];
        Assert.All(others, other => Assert.Equal(new InputSize(800, 1333), TorchvisionArchitecture.Input(other, 264)));
    }
}
