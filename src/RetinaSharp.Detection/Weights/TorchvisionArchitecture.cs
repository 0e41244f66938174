using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Detection.Weights;

/// <summary>Recognises torchvision's networks by the names and shapes of their weights, which say all of them but the anchors.</summary>
internal static class TorchvisionArchitecture
{
    private const string Tower = "head.classification_head.conv.";
    private const string Classes = "head.classification_head.cls_logits.weight";
    private const string Boxes = "head.regression_head.bbox_reg.weight";
    private const string P6 = "backbone.fpn.extra_blocks.p6.weight";

    /// <summary>Whether there are weights of a RetinaNet.</summary>
    public static bool IsRetinaNet(IWeightSource weights) => weights.Find(Classes) is not null;

    /// <summary>Depth and width of a ResNet.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="prefix">What stands before their names.</param>
    /// <exception cref="WeightsException">It is none of torchvision's.</exception>
    public static (int Depth, double Width) ResNet(IWeightSource weights, string prefix = "")
    {
        int[] blocks = [.. Enumerable.Range(1, 4).Select(stage => Count(weights, $"{prefix}layer{stage}."))];
        var isBottleneck = weights.Find($"{prefix}layer1.0.conv3.weight") is not null;
        var depth = ResNetArchitecture.Depths.FirstOrDefault(depth => ResNetArchitecture.Blocks(depth).SequenceEqual(blocks) && ResNetArchitecture.HasBottlenecks(depth) == isBottleneck);
        if (depth == 0)
        {
            throw new WeightsException(weights.Path, $"its {weights.Names.Count()} weights are of no RetinaNet or ResNet of torchvision: "
                + $"a ResNet of {string.Join(", ", ResNetArchitecture.Depths)} layers is looked for, found are {string.Join(", ", blocks)} blocks in stages called {prefix}layer1 to {prefix}layer4");
        }

        var first = $"{prefix}conv1.weight";
        if (weights.Find(first) is not { Shape: var shape })
            throw new WeightsException(weights.Path, $"it lacks {first}, a ResNet's first convolution");
        if (shape is not [var stem, 3, 7, 7])
            throw new WeightsException(weights.Path, $"{first} is [{string.Join(", ", shape)}]: a ResNet's first convolution is of 3 channels and 7 x 7");
        return stem is >= 8 and <= 512 && stem % 8 == 0
            ? (depth, stem / 64.0)
            : throw new WeightsException(weights.Path, $"its first convolution has {stem} channels, which have to be a multiple of 8 up to 512");
    }

    /// <summary>A RetinaNet's architecture, and the number of its classes.</summary>
    /// <exception cref="WeightsException">It is none of torchvision's, or has anchors of its own.</exception>
    public static (ModelSettings Settings, int Classes) RetinaNet(IWeightSource weights)
    {
        var (depth, width) = ResNet(weights, RetinaNetArchitecture.BackbonePrefix);
        var anchors = new AnchorSettings { Compatibility = AnchorCompatibility.Torchvision };
        var (outputs, channels) = Convolution(weights, Classes);
        var (coordinates, _) = Convolution(weights, Boxes);
        if (coordinates != 4 * anchors.AnchorsPerCell)
        {
            throw new WeightsException(weights.Path, $"it has {coordinates / 4.0:0.##} anchors at each place: torchvision's own {anchors.AnchorsPerCell} (three sizes, three shapes) are known, "
                + "and what other ones look like is not in the file; train such a model again and start from its backbone");
        }

        if (outputs < anchors.AnchorsPerCell || outputs % anchors.AnchorsPerCell != 0)
            throw new WeightsException(weights.Path, $"{Classes} has {outputs} outputs, which are not as many for each of {anchors.AnchorsPerCell} anchors");
        if (Count(weights, "backbone.fpn.inner_blocks.") != 3 || weights.Find("backbone.fpn.extra_blocks.p7.weight") is null)
            throw new WeightsException(weights.Path, "its pyramid does not have the levels P3 to P7, for which torchvision's anchors are; train such a model again and start from its backbone");
        var settings = new ModelSettings
        {
            Depth = depth,
            Width = width,
            // Only a batch norm that is trained counts its batches.
            Norm = weights.Find($"{RetinaNetArchitecture.BackbonePrefix}bn1.num_batches_tracked") is null ? NormKind.Frozen : NormKind.Batch,
            PyramidChannels = channels,
            P6From = Convolution(weights, P6).Inputs == channels ? P6Source.P5 : P6Source.C5,
            HeadConvolutions = Count(weights, Tower),
            HeadNorm = weights.Find($"{Tower}0.1.weight") is not null,
            Anchors = anchors,
        };
        try
        {
            settings.Validate();
        }
        catch (ArgumentException error)
        {
            throw new WeightsException(weights.Path, $"its architecture is beyond what this program makes: {error.Message}");
        }

        return (settings, outputs / anchors.AnchorsPerCell);
    }

    /// <summary>How many different numbers follow a prefix.</summary>
    private static int Count(IWeightSource weights, string prefix) => weights.Names
        .Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..].Split('.')[0]).Distinct().Count();

    private static (int Outputs, int Inputs) Convolution(IWeightSource weights, string name) => weights.Find(name) is { Shape: [var outputs and < int.MaxValue, var inputs and < int.MaxValue, 3, 3] }
        ? ((int)outputs, (int)inputs)
        : throw new WeightsException(weights.Path, $"lacks {name}, or has it in a shape that is no convolution's of 3 x 3");
}
