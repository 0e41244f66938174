using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Detection.Tests.Modeling;

public class ResNetVariantTests
{
    [Theory]
    [InlineData("resnet18", false, 2, 2, 2, 2)]
    [InlineData("resnet34", false, 3, 4, 6, 3)]
    [InlineData("resnet50", true, 3, 4, 6, 3)]
    [InlineData("resnet101", true, 3, 4, 23, 3)]
    [InlineData("resnet152", true, 3, 8, 36, 3)]
    [InlineData("resnext50_32x4d", true, 3, 4, 6, 3)]
    [InlineData("wide_resnet101_2", true, 3, 4, 23, 3)]
    [InlineData("resnet-2-2-2-3", false, 2, 2, 2, 3)]
    [InlineData("resnet-bottleneck-2-2-2-2", true, 2, 2, 2, 2)]
    public void Parse_Name_IsTheNetworkOfThatName(string name, bool hasBottlenecks, params int[] blocks)
    {
        var variant = ResNetVariant.Parse(name);

        Assert.Equal(blocks, variant.Blocks);
        Assert.Equal(hasBottlenecks, variant.HasBottlenecks);
        Assert.Equal(name, variant.Name);
        Assert.Equal(name, (ResNetVariant.Create(blocks, hasBottlenecks) with { Groups = variant.Groups, GroupWidth = variant.GroupWidth }).Name);
        Assert.Equal(name, ResNetVariant.Create(variant.ApplyTo(new() { Depth = 34, Blocks = [1, 1, 1, 1] })).Name);
    }

    [Theory]
    [InlineData("r50", "resnet50")]
    [InlineData("resnet-2-2-2-2", "resnet18")]
    [InlineData("resnet-bottleneck-3-4-6-3", "resnet50")]
    public void Parse_OtherNameOfAStandardNetwork_IsTheStandardNetwork(string name, string standard) => Assert.Equal(standard, ResNetVariant.Parse(name).Name);

    [Theory]
    [InlineData("resnet20")]
    [InlineData("vgg16")]
    [InlineData("resnet-2-2-2")]
    [InlineData("resnet-2-2-2-0")]
    [InlineData("resnet-2-2-2-257")]
    [InlineData("resnet-2-2-2--2")]
    [InlineData("resnet-2-2-2-99999999999")]
    [InlineData("resnet-bottleneck-")]
    public void Parse_NoNetwork_ThrowsAndListsTheNames(string name)
    {
        var error = Assert.Throws<FormatException>(() => ResNetVariant.Parse(name));

        Assert.Contains(name, error.Message);
        Assert.Contains("resnet152", error.Message);
    }

    [Fact]
    public void ApplyTo_StandardNetwork_LeavesBlocksToTheDepth() => Assert.Null(ResNetVariant.Parse("resnet34").ApplyTo(new ModelSettings { Blocks = [2, 2, 2, 3] }).Blocks);

    [Fact]
    public void Tensors_ThirdBlockInTheLastStage_AreTenMoreThanResNet18s()
    {
        var (one, other) = (Names("resnet18"), Names("resnet-2-2-2-3"));

        Assert.Empty(one.Except(other));
        var added = other.Except(one).ToList();
        Assert.Equal(10, added.Count);
        Assert.All(added, name => Assert.StartsWith("layer4.2.", name));

        static List<string> Names(string name) => [.. ResNetArchitecture.Create(ResNetVariant.Parse(name), 1, NormKind.Frozen).Tensors().Select(layout => layout.Name)];
    }
}
