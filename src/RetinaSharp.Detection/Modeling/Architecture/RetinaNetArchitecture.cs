using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>
/// RetinaNet (Lin et al., arXiv 1708.02002) as a list of layers, without any tensors. Modules, ONNX export, weight import, checks of files and
/// operation counts follow from it.
/// </summary>
/// <param name="Settings">The settings that it follows from.</param>
/// <param name="Classes">Number of classes, without the background.</param>
/// <param name="HasBackground">Whether the scores are a softmax, so that the background has an output before those of the classes.</param>
/// <param name="Body">The backbone.</param>
/// <param name="Pyramid">The feature pyramid.</param>
/// <param name="Classification">The classification head.</param>
/// <param name="Regression">The box regression head.</param>
public sealed record RetinaNetArchitecture(
    ModelSettings Settings, int Classes, bool HasBackground, ResNetArchitecture Body, PyramidArchitecture Pyramid, HeadArchitecture Classification, HeadArchitecture Regression)
{
    /// <summary>What stands before the names of the backbone's layers.</summary>
    public const string BodyPrefix = "backbone.body.";

    /// <summary>What stands before the names of the pyramid's layers.</summary>
    public const string PyramidPrefix = "backbone.fpn.";

    /// <summary>What stands before the names of the heads' layers.</summary>
    public const string HeadPrefix = "head.";

    /// <summary>Parts that can be frozen, from the first on: the stem and the four stages.</summary>
    public const int FreezableParts = 5;

    /// <summary>Describes a network.</summary>
    /// <param name="settings">The architecture's settings, in their ranges.</param>
    /// <param name="classes">Number of classes, without the background.</param>
    /// <param name="hasBackground">Whether the background has an output.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public static RetinaNetArchitecture Create(ModelSettings settings, int classes, bool hasBackground = false)
    {
        settings.Validate();
        var body = ResNetArchitecture.Create(settings.Depth, settings.Width, settings.Norm, BodyPrefix);
        return new(
            settings, classes, hasBackground, body,
            PyramidArchitecture.Create(settings, body.StageChannels, PyramidPrefix),
            HeadArchitecture.Create(settings, $"{HeadPrefix}classification_head.", "cls_logits", classes + (hasBackground ? 1 : 0)),
            HeadArchitecture.Create(settings, $"{HeadPrefix}regression_head.", "bbox_reg", 4));
    }

    /// <summary>Describes the network of a run or a model.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="classes">Number of classes, without the background.</param>
    public static RetinaNetArchitecture Create(RunSettings settings, int classes) => Create(settings.Model, classes, settings.Loss.HasBackgroundOutput);

    /// <summary>All convolutions, in the order of the state dictionary.</summary>
    public IEnumerable<ConvolutionLayer> Layers() => [.. Body.Layers(), .. Pyramid.Layers(), .. Classification.Layers(), .. Regression.Layers()];

    /// <summary>All tensors, in the order of the state dictionary.</summary>
    public IEnumerable<TensorLayout> Tensors() => Layers().SelectMany(layer => layer.Tensors());
}
