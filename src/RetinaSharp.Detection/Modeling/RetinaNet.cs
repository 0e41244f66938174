using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Modeling.Layers;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// A RetinaNet (Lin et al., arXiv 1708.02002): backbone, neck and two heads. Parameters have torchvision's names. They share the memory of a
/// <see cref="NetworkState"/>, so that several networks can train and evaluate the same weights.
/// </summary>
public sealed class RetinaNet : nn.Module<Tensor, LevelOutput[]>
{
    private readonly nn.Module<Tensor, Tensor[]> _backbone;
    private readonly nn.Module<Tensor[], Tensor[]> _neck, _classificationHead, _regressionHead;

    /// <summary>Creates the network.</summary>
    /// <param name="state">The network's tensors. The network's parameters and buffers share their memory. The state must outlive the network.</param>
    /// <param name="options">Data type, whether the module trains, and number of frozen backbone parts.</param>
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

    /// <summary>Computes logits and box outputs of each pyramid level, finest first.</summary>
    /// <param name="images">Normalized images [N, 3, H, W], channels-last, H and W multiples of 32.</param>
    public override LevelOutput[] forward(Tensor images)
    {
        // The autograd graph keeps the tensors that the backward pass needs; only the outputs leave the scope.
        using var scope = NewDisposeScope();
        return Array.ConvertAll(Predict(Levels(images)), output => new LevelOutput(output.Logits.MoveToOuterDisposeScope(), output.BoxOutputs.MoveToOuterDisposeScope()));
    }

    /// <summary>Computes the pyramid levels [N, C, H, W], finest first: the backbone and the neck of <see cref="forward"/>.</summary>
    /// <param name="images">Normalized images [N, 3, H, W], channels-last, H and W multiples of 32.</param>
    public Tensor[] Levels(Tensor images) => _neck.call(_backbone.call(images));

    /// <summary>Computes logits and box outputs from the pyramid levels: the heads of <see cref="forward"/>.</summary>
    /// <param name="levels">The pyramid levels, finest first, each [N, C, H, W].</param>
    public LevelOutput[] Predict(Tensor[] levels) => [.. _classificationHead.call(levels).Zip(_regressionHead.call(levels), (logits, boxes) => new LevelOutput(logits, boxes))];

    /// <summary>Drops cached tensors that are derived from the weights, such as folded or reordered weights. Call it after the weights change.</summary>
    public void InvalidateCache()
    {
        foreach (var module in modules().OfType<IWeightCache>())
            module.InvalidateCache();
    }

    /// <summary>Updates the running statistics of batch norm with the statistics of all batches since the last call.</summary>
    public void UpdateRunningStats()
    {
        foreach (var module in modules().OfType<IDeferredStatistics>())
        {
            var statistics = module.TakeStatistics();
            module.UpdateRunningStats(statistics);
            foreach (var tensor in statistics)
                tensor.Dispose();
        }
    }
}
