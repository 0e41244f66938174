using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Modeling.Layers;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// The module of a RetinaNet (Lin et al., arXiv 1708.02002): backbone, neck and two heads. Parameters have torchvision's names and share the memory of
/// a <see cref="NetworkState"/>, so that several networks can train and evaluate the same weights.
/// </summary>
public sealed class RetinaNet : nn.Module<Tensor, LevelOutput[]>
{
    private readonly nn.Module<Tensor, Tensor[]> _backbone;
    private readonly nn.Module<Tensor[], Tensor[]> _neck, _classificationHead, _regressionHead;

    /// <summary>Creates the network.</summary>
    /// <param name="state">Tensors whose memory the parameters and buffers share. The state must outlive the network.</param>
    /// <param name="options">Data type, whether the module trains, and number of frozen stages.</param>
    public RetinaNet(NetworkState state, NetworkOptions options = default)
        : base(nameof(RetinaNet))
    {
        (Architecture, Type, Device) = (state.Architecture, options.Type == default ? ScalarType.Float32 : options.Type, state.Device);
        options = options with { Type = Type };
        var tree = new ModuleTree(this);
        tree.Register(RetinaNetArchitecture.BackbonePrefix[..^1], _backbone = Architecture.Backbone.CreateModule(state, options));
        tree.Register(RetinaNetArchitecture.NeckPrefix[..^1], _neck = Architecture.Neck.CreateModule(state, options));
        tree.Register(RetinaNetArchitecture.ClassificationHeadPrefix[..^1], _classificationHead = Architecture.ClassificationHead.CreateModule(state, options));
        tree.Register(RetinaNetArchitecture.RegressionHeadPrefix[..^1], _regressionHead = Architecture.RegressionHead.CreateModule(state, options));
        train(options.IsTraining);
    }

    /// <summary>Description of the network.</summary>
    public RetinaNetArchitecture Architecture { get; }

    /// <summary>Data type of the computation.</summary>
    public ScalarType Type { get; }

    /// <summary>Device of the computation.</summary>
    public Device Device { get; }

    /// <summary>Maps normalized images [N, 3, H, W] (channels-last, H and W multiples of 32) to logits and box deltas per pyramid level, finest first.</summary>
    /// <inheritdoc/>
    public override LevelOutput[] forward(Tensor images)
    {
        // The autograd graph keeps the tensors that the backward pass needs; only the outputs leave the scope.
        using var scope = NewDisposeScope();
        return Array.ConvertAll(Predict(Levels(images)), output => new LevelOutput(output.Logits.MoveToOuterDisposeScope(), output.Deltas.MoveToOuterDisposeScope()));
    }

    /// <summary>Maps normalized images to pyramid levels [N, C, H, W], finest first: the backbone and the neck of <see cref="forward"/>.</summary>
    /// <param name="images">[N, 3, H, W], channels-last, H and W multiples of 32.</param>
    public Tensor[] Levels(Tensor images) => _neck.call(_backbone.call(images));

    /// <summary>Maps pyramid levels to logits and box deltas: the heads of <see cref="forward"/>.</summary>
    /// <param name="levels">[N, C, H, W] each, finest first.</param>
    public LevelOutput[] Predict(Tensor[] levels) => [.. _classificationHead.call(levels).Zip(_regressionHead.call(levels), (logits, deltas) => new LevelOutput(logits, deltas))];

    /// <summary>Drops cached tensors derived from the weights. Call it after the weights change.</summary>
    public void InvalidateCache()
    {
        foreach (var module in modules().OfType<IWeightCache>())
            module.InvalidateCache();
    }

    /// <summary>Updates the running statistics of batch norm with the batches since the last call.</summary>
    public void UpdateRunningStats()
    {
        foreach (var module in modules().OfType<IDeferredStatistics>())
            module.UpdateRunningStats();
    }
}
