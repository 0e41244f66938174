using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Modeling.Layers;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// RetinaNet (Lin et al., "Focal Loss for Dense Object Detection"): backbone, pyramid, two heads. A module whose parameters have torchvision's
/// names and share the memory of a <see cref="NetworkState"/>.
/// </summary>
internal sealed class RetinaNet : nn.Module<Tensor, LevelOutput[]>
{
    private readonly ResNet _body;
    private readonly FeaturePyramid _pyramid;
    private readonly Head _classification, _regression;

    /// <param name="state">The tensors; they outlive the network.</param>
    /// <param name="options">What the network is for.</param>
    public RetinaNet(NetworkState state, NetworkOptions options = default)
        : base(nameof(RetinaNet))
    {
        (Architecture, Type, Device) = (state.Architecture, options.Type == default ? ScalarType.Float32 : options.Type, state.Device);
        options = options with { Type = Type };
        var root = new ModuleTree(this);
        _body = new(Architecture.Body, Layer);
        _pyramid = new(Architecture.Pyramid, Layer);
        _classification = new(Architecture.Classification, Layer);
        _regression = new(Architecture.Regression, Layer);
        train(options.IsTraining);

        ConvNorm Layer(ConvolutionLayer layer) => new(layer, state, options, root);
    }

    /// <summary>Its layers.</summary>
    public RetinaNetArchitecture Architecture { get; }

    /// <summary>Type in which it computes.</summary>
    public ScalarType Type { get; }

    /// <summary>Where it computes.</summary>
    public Device Device { get; }

    /// <summary>Normalized images [N, 3, H, W], channels-last, H and W multiples of 32, to the outputs of each level, finest first.</summary>
    public override LevelOutput[] forward(Tensor images)
    {
        // What the backward pass needs is the graph's, which frees it as it goes; here only the outputs are kept.
        using var scope = NewDisposeScope();
        return Array.ConvertAll(Outputs(Levels(images)), output => new LevelOutput(output.Logits.MoveToOuterDisposeScope(), output.Deltas.MoveToOuterDisposeScope()));
    }

    /// <summary>The levels of the pyramid, finest first, from images as <see cref="forward"/> takes them.</summary>
    public Tensor[] Levels(Tensor images) => _pyramid.Forward(_body.Forward(images, _pyramid.FirstStage));

    /// <summary>The outputs of both heads for each level.</summary>
    public LevelOutput[] Outputs(Tensor[] levels) => [.. _classification.Forward(levels).Zip(_regression.Forward(levels), (logits, deltas) => new LevelOutput(logits, deltas))];

    /// <summary>Forgets what was derived from the weights: they have changed.</summary>
    public void InvalidateCache()
    {
        foreach (var module in modules())
        {
            (module as Conv2d)?.InvalidateCache();
            (module as Norm2d)?.InvalidateCache();
        }
    }

    /// <summary>Moves the running statistics of batch norm by the batches since the last call.</summary>
    public void UpdateRunningStats()
    {
        foreach (var norm in modules().OfType<BatchNorm2d>())
            norm.UpdateRunningStats();
    }
}
