using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Weights;

/// <summary>
/// Infers the architecture of a torchvision network from the names and shapes of its weights. They determine everything except the anchors.
/// </summary>
internal static class TorchvisionArchitecture
{
    private const string Tower = "head.classification_head.conv.";
    private const string ClassLogits = "head.classification_head.cls_logits.weight";
    private const string BoxRegression = "head.regression_head.bbox_reg.weight";
    private const string P6 = "backbone.fpn.extra_blocks.p6.weight";

    // https://github.com/mlcommons/training, retired_benchmarks/retinanet: model/retinanet.py and train.py.
    private const string MLPerfBackbone = "resnext50_32x4d";
    private const int MLPerfClasses = 264;
    private const int MLPerfSide = 800;

    /// <summary>Whether the weights are those of a RetinaNet.</summary>
    public static bool IsRetinaNet(IWeightSource weights) => weights.Find(ClassLogits) is not null;

    /// <summary>Infers the residual blocks of a ResNet, and its width: the number of the stem's channels divided by 64.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="prefix">Prefix of the weights' names.</param>
    /// <exception cref="WeightsException">The weights are not those of a torchvision ResNet.</exception>
    public static (ResNetVariant Variant, double Width) InferResNet(IWeightSource weights, string prefix = "")
    {
        int[] blocks = [.. Enumerable.Range(1, 4).Select(stage => Count(weights, $"{prefix}layer{stage}."))];
        var isBottleneck = weights.Find($"{prefix}layer1.0.conv3.weight") is not null;
        ResNetVariant variant;
        try
        {
            variant = ResNetVariant.Create(blocks, isBottleneck);
        }
        catch (ArgumentException)
        {
            throw new WeightsException(weights.Path, $"its {weights.Names.Count()} weights are not those of a torchvision RetinaNet or ResNet: "
                + $"found {string.Join(", ", blocks)} blocks in the stages {prefix}layer1 to {prefix}layer4, expected 1 or more in each");
        }

        var first = $"{prefix}conv1.weight";
        if (weights.Find(first) is not { Shape: var shape })
            throw new WeightsException(weights.Path, $"{first}, the first convolution of a ResNet, is missing");
        if (shape is not [var stem, 3, 7, 7])
            throw new WeightsException(weights.Path, $"{first} is [{string.Join(", ", shape)}]: a ResNet's first convolution has 3 input channels and a 7 x 7 kernel");
        // torchvision's hidden channels are groups · (8 · stem's channels · width of a group / 64) in the last stage, where the quotient is never rounded.
        if (isBottleneck && weights.Find($"{prefix}layer4.0.conv2.weight") is { Shape: [var hidden and > 0, var grouped and > 0, _, _] } && hidden % grouped == 0 && hidden / grouped <= int.MaxValue && stem > 0)
            variant = variant with { Groups = (int)(hidden / grouped), GroupWidth = (int)(Math.Min(grouped, 1 << 20) * 8 / stem) };
        return stem is >= 8 and <= 512 && stem % 8 == 0
            ? (variant, stem / 64.0)
            : throw new WeightsException(weights.Path, $"its first convolution has {stem} channels, which must be a multiple of 8 from 8 to 512");
    }

    /// <summary>Infers the model settings of a RetinaNet, and its number of classes.</summary>
    /// <exception cref="WeightsException">The weights are not those of a torchvision RetinaNet, or it has custom anchors.</exception>
    public static (ModelSettings Settings, int Classes) InferRetinaNet(IWeightSource weights)
    {
        var (variant, width) = InferResNet(weights, RetinaNetArchitecture.BackbonePrefix);
        var anchors = new AnchorSettings { Compatibility = AnchorCompatibility.Torchvision };
        var (classOutputs, channels) = Convolution(weights, ClassLogits);
        var (boxOutputs, _) = Convolution(weights, BoxRegression);
        if (boxOutputs != 4 * anchors.AnchorsPerCell)
        {
            throw new WeightsException(weights.Path, $"it has {boxOutputs / 4.0:0.##} anchors at each place: only torchvision's default of {anchors.AnchorsPerCell} (three sizes, three aspect ratios) is supported, "
                + "because the file does not describe custom anchors; train such a model again and start from its backbone");
        }

        if (classOutputs < anchors.AnchorsPerCell || classOutputs % anchors.AnchorsPerCell != 0)
            throw new WeightsException(weights.Path, $"{ClassLogits} has {classOutputs} outputs, which is not a multiple of the {anchors.AnchorsPerCell} anchors per location");
        if (Count(weights, "backbone.fpn.inner_blocks.") != 3 || weights.Find("backbone.fpn.extra_blocks.p7.weight") is null)
            throw new WeightsException(weights.Path, "its pyramid does not have the levels P3 to P7, which torchvision's default anchors require; train such a model again and start from its backbone");
        var settings = variant.ApplyTo(new ModelSettings
        {
            Width = width,
            // Only trainable batch norm has num_batches_tracked; FrozenBatchNorm2d does not.
            Norm = weights.Find($"{RetinaNetArchitecture.BackbonePrefix}bn1.num_batches_tracked") is null ? NormKind.Frozen : NormKind.Batch,
            PyramidChannels = channels,
            P6From = Convolution(weights, P6).Inputs == channels ? P6Source.P5 : P6Source.C5,
            HeadConvolutions = Count(weights, Tower),
            HeadNorm = weights.Find($"{Tower}0.1.weight") is not null,
            Anchors = anchors,
        });
        try
        {
            settings.Validate();
        }
        catch (ArgumentException error)
        {
            throw new WeightsException(weights.Path, $"its architecture is not supported: {error.Message}");
        }

        return (settings, classOutputs / anchors.AnchorsPerCell);
    }

    /// <summary>
    /// Whether a RetinaNet is MLPerf's: torchvision's first RetinaNet with the backbone ResNeXt-50 32x4d, which torchvision has not published, and the 264
    /// classes of MLPerf's subset of Open Images. None of the classes is the background.
    /// </summary>
    /// <param name="settings">The model settings that <see cref="InferRetinaNet"/> inferred.</param>
    /// <param name="classes">The number of classes.</param>
    public static bool IsMLPerf(ModelSettings settings, int classes) => classes == MLPerfClasses && ResNetVariant.Create(settings).Name == MLPerfBackbone
        && settings is { Width: 1.0, Norm: NormKind.Frozen, PyramidChannels: 256, P6From: P6Source.P5, HeadConvolutions: 4, HeadNorm: false };

    /// <summary>Returns the size that images are scaled to: MLPerf stretches them to a square, torchvision keeps their aspect ratio.</summary>
    /// <inheritdoc cref="IsMLPerf"/>
    public static InputSize Input(ModelSettings settings, int classes) => IsMLPerf(settings, classes) ? InputSize.Square(MLPerfSide) : new RunSettings().Input;

    /// <summary>Counts the distinct indices that follow a prefix in the weights' names, such as those of the blocks in a stage.</summary>
    private static int Count(IWeightSource weights, string prefix) => weights.Names
        .Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..].Split('.')[0]).Distinct().Count();

    private static (int Outputs, int Inputs) Convolution(IWeightSource weights, string name) => weights.Find(name) is { Shape: [var outputs and < int.MaxValue, var inputs and < int.MaxValue, 3, 3] }
        ? ((int)outputs, (int)inputs)
        : throw new WeightsException(weights.Path, $"{name} is missing, or does not have the shape of a convolution with a 3 x 3 kernel");
}
