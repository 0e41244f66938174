using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>
/// Describes a RetinaNet (Lin et al., arXiv 1708.02002) without allocating tensors. Modules, ONNX export, weight import, validation of weights files and
/// operation counts are all derived from this description.
/// </summary>
/// <param name="Settings">Settings of the model.</param>
/// <param name="Classes">Number of classes, without the background.</param>
/// <param name="HasBackground">Whether scores are a softmax instead of a sigmoid per class. The logits then start with one for the background.</param>
/// <param name="Backbone">Describes the backbone, which computes feature maps.</param>
/// <param name="Neck">Describes the neck, which computes the pyramid levels.</param>
/// <param name="ClassificationHead">Describes the head that predicts class logits.</param>
/// <param name="RegressionHead">Describes the head that predicts box deltas.</param>
public sealed record RetinaNetArchitecture(
    ModelSettings Settings, int Classes, bool HasBackground, IBackbone Backbone, INeck Neck, IHead ClassificationHead, IHead RegressionHead)
{
    /// <summary>Prefix of the backbone's tensor names.</summary>
    public const string BackbonePrefix = "backbone.body.";

    /// <summary>Prefix of the neck's tensor names.</summary>
    public const string NeckPrefix = "backbone.fpn.";

    /// <summary>Prefix of both heads' tensor names.</summary>
    public const string HeadPrefix = "head.";

    /// <summary>Prefix of the classification head's tensor names.</summary>
    public const string ClassificationHeadPrefix = "head.classification_head.";

    /// <summary>Prefix of the regression head's tensor names.</summary>
    public const string RegressionHeadPrefix = "head.regression_head.";

    /// <summary>Number of parts of the backbone that can be frozen: the stem and the four stages.</summary>
    public const int FreezableParts = 5;

    private const int DeepestBackboneLevel = 5;

    /// <summary>Backbone, neck, classification head and regression head, in the order of the state dictionary.</summary>
    public IReadOnlyList<INetworkPart> Parts => [Backbone, Neck, ClassificationHead, RegressionHead];

    /// <summary>Number of logits per anchor: one per class, plus one for the background of a softmax.</summary>
    public int ClassificationOutputs => Classes + (HasBackground ? 1 : 0);

    /// <summary>Names of the backbone, neck and heads, as recorded in the model file.</summary>
    public NetworkPartNames Names => new() { Backbone = Backbone.Name, Neck = Neck.Name, ClassificationHead = ClassificationHead.Name, RegressionHead = RegressionHead.Name };

    /// <summary>Describes a network.</summary>
    /// <param name="settings">Settings of the model.</param>
    /// <param name="classes">Number of classes, without the background.</param>
    /// <param name="hasBackground">Whether scores are a softmax, with a logit for the background before those of the classes.</param>
    /// <param name="components">Custom backbone, neck or heads; null: the built-in ones.</param>
    /// <exception cref="ArgumentException">A setting is out of its range, or a part does not fit the settings.</exception>
    public static RetinaNetArchitecture Create(ModelSettings settings, int classes, bool hasBackground = false, NetworkComponents? components = null)
    {
        settings.Validate();
        components ??= NetworkComponents.BuiltIn;
        var levels = DeepestBackboneLevel - settings.Anchors.MinLevel + 1;
        var backbone = components.Backbone ?? ResNetArchitecture.Create(ResNetVariant.Create(settings), settings.Width, settings.Norm, BackbonePrefix, ResNetArchitecture.StageOfLevel(settings.Anchors.MinLevel));
        if (backbone.Channels.Count != levels)
        {
            throw new ArgumentException(
                $"Backbone '{backbone.Name}' returns {backbone.Channels.Count} feature maps, but the anchors' levels from {settings.Anchors.MinLevel} to {DeepestBackboneLevel} need {levels}: "
                + "return that many feature maps, or change the anchors' finest level.", nameof(components));
        }

        var bias = PriorProbability.Bias(settings.Prior);
        // Initial bias of a softmax: log(K (1 - π) / π) for the background and 0 for each class, so that the probabilities of all classes sum to π.
        double[] classBias = hasBackground ? [Math.Log(classes) - bias, .. new double[classes]] : [.. Enumerable.Repeat(bias, classes)];
        var classification = new HeadRequest(settings, ClassificationHeadPrefix, classBias.Length, classBias);
        var regressionBias = RegressionBias(settings);
        var regression = new HeadRequest(settings, RegressionHeadPrefix, regressionBias.Length, regressionBias);
        var architecture = new RetinaNetArchitecture(
            settings, classes, hasBackground, backbone,
            components.Neck?.Invoke(settings, backbone.Channels) ?? PyramidArchitecture.Create(settings, backbone.Channels, NeckPrefix),
            components.ClassificationHead?.Invoke(classification) ?? HeadArchitecture.Create(classification, "cls_logits"),
            components.RegressionHead?.Invoke(regression) ?? HeadArchitecture.Create(regression, "bbox_reg"));
        return architecture with { Settings = settings with { Parts = architecture.Names } };
    }

    /// <summary>Returns the initial bias of the regression head. With deltas and distances, a newly initialized network predicts the anchors.</summary>
    private static double[] RegressionBias(ModelSettings settings)
    {
        var bias = new double[settings.BoxOutputs.Count];
        if (settings.BoxOutputs.Coding == BoxCoding.Distance)
            Array.Fill(bias, settings.Anchors.BaseSize / 2, 0, BoxCoding.Distance.Outputs);
        return bias;
    }

    /// <summary>Describes the network of a training run or a trained model.</summary>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="classes">Number of classes, without the background.</param>
    /// <param name="components">Custom backbone, neck or heads; null: the built-in ones.</param>
    public static RetinaNetArchitecture Create(RunSettings settings, int classes, NetworkComponents? components = null) =>
        Create(settings.Model, classes, settings.Loss.HasBackgroundOutput, components);

    /// <summary>Lists the convolutions of the built-in parts, in the order of the state dictionary. Custom parts are left out.</summary>
    public IEnumerable<ConvolutionLayer> Layers() => Parts.SelectMany(part => part switch
    {
        ResNetArchitecture backbone => backbone.Layers(),
        PyramidArchitecture neck => neck.Layers(),
        HeadArchitecture head => head.Layers(),
        _ => [],
    });

    /// <summary>Lists all parameters and buffers of the network, in the order of the state dictionary.</summary>
    public IEnumerable<TensorLayout> Tensors() => Parts.SelectMany(part => part.Tensors());
}
