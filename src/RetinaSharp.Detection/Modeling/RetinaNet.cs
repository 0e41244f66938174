using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch;
using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Detection.Modeling;

/// <summary>RetinaNet (Lin et al., "Focal Loss for Dense Object Detection"): backbone, pyramid, two heads. Weights have torchvision's names.</summary>
internal sealed class RetinaNet : Module
{
    private readonly Backbone _backbone;
    private readonly Heads _heads;

    /// <param name="settings">The architecture.</param>
    /// <param name="classes">Number of classes, without the background.</param>
    /// <param name="hasBackground">Whether the scores are a softmax, so that the background has an output too, before those of the classes.</param>
    public RetinaNet(ModelSettings settings, int classes, bool hasBackground = false)
    {
        settings.Validate();
        (Settings, Classes, HasBackground) = (settings, classes, hasBackground);
        _backbone = Register("backbone", new Backbone(settings));
        _heads = Register("head", new Heads(settings, classes + (hasBackground ? 1 : 0)));
    }

    public ModelSettings Settings { get; }

    public int Classes { get; }

    public bool HasBackground { get; }

    public ResNet Body => _backbone.Body;

    public FeaturePyramid Pyramid => _backbone.Pyramid;

    public Head ClassificationHead => _heads.Classification;

    public Head RegressionHead => _heads.Regression;

    /// <summary>Type in which it computes.</summary>
    public ScalarType ComputeType { get; private set; } = ScalarType.Float32;

    /// <summary>Where it computes.</summary>
    public Device Device { get; private set; } = Device.Cpu;

    /// <inheritdoc/>
    public override void To(Device device, ScalarType type, int shards = 1)
    {
        (Device, ComputeType) = (device, type);
        base.To(device, type, shards);
    }

    /// <summary>Normalised images [N, 3, H, W], channels-last, H and W multiples of 32, to the outputs of each level, finest first.</summary>
    public LevelOutput[] Forward(Tensor images)
    {
        // What the way back needs is the graph's, which frees it as it goes; here only the outputs are kept.
        using var scope = new TensorScope();
        return Array.ConvertAll(Outputs(Levels(images)), output => new LevelOutput(scope.Keep(output.Logits), scope.Keep(output.Deltas)));
    }

    /// <summary>The levels of the pyramid, finest first, from images as <see cref="Forward"/> takes them.</summary>
    public Tensor[] Levels(Tensor images) => Pyramid.Forward(Body.Forward(images, Pyramid.FirstStage));

    /// <summary>The outputs of both heads for each level.</summary>
    public LevelOutput[] Outputs(Tensor[] levels) => [.. ClassificationHead.Forward(levels).Zip(RegressionHead.Forward(levels), (logits, deltas) => new LevelOutput(logits, deltas))];

    private sealed class Backbone : Module
    {
        public Backbone(ModelSettings settings)
        {
            Body = Register("body", new ResNet(settings.Depth, settings.Width, settings.Norm));
            Pyramid = Register("fpn", new FeaturePyramid(Body.StageChannels, settings));
        }

        public ResNet Body { get; }

        public FeaturePyramid Pyramid { get; }
    }

    private sealed class Heads : Module
    {
        public Heads(ModelSettings settings, int outputs)
        {
            var anchors = settings.Anchors.AnchorsPerCell;
            Classification = Register("classification_head",
                new Head(settings.PyramidChannels, settings.HeadConvolutions, settings.HeadNorm, "cls_logits", anchors, outputs));
            Regression = Register("regression_head",
                new Head(settings.PyramidChannels, settings.HeadConvolutions, settings.HeadNorm, "bbox_reg", anchors, 4));
        }

        public Head Classification { get; }

        public Head Regression { get; }
    }
}
