using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Modeling.Layers;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>A RetinaNet head, which predicts class logits or box deltas from the pyramid levels. All levels share its weights.</summary>
public sealed class Head : nn.Module<Tensor[], Tensor[]>
{
    private readonly ConvNorm[] _tower;
    private readonly ConvNorm _predictor;
    private readonly int _outputs;

    /// <summary>Creates the module.</summary>
    /// <param name="architecture">Description of the layers.</param>
    /// <param name="state">The network's tensors. The module's parameters and buffers share their memory.</param>
    /// <param name="options">Data type, and whether the module trains.</param>
    public Head(HeadArchitecture architecture, NetworkState state, NetworkOptions options)
        : base(nameof(Head))
    {
        var layers = new LayerFactory(this, architecture.Prefix, state, options);
        _tower = [.. architecture.Tower.Select(layers.Create)];
        (_predictor, _outputs) = (layers.Create(architecture.Predictor), architecture.Outputs);
    }

    /// <summary>
    /// Maps each pyramid level to predictions [N, H·W·A, outputs], with A anchors per cell. The final reshape is a view without a copy, because the memory
    /// format is channels-last.
    /// </summary>
    /// <param name="levels">The pyramid levels, finest first, each [N, C, H, W].</param>
    public override Tensor[] forward(Tensor[] levels)
    {
        using var scope = NewDisposeScope();
        var maps = levels;
        foreach (var convolution in _tower)
        {
            var inputs = maps;
            maps = convolution.Forward(inputs, PostOps.OnlyRelu);
            if (inputs != levels)
                Array.ForEach(inputs, map => map.Dispose());
        }

        return Array.ConvertAll(_predictor.Forward(maps), map => map.permute(0, 2, 3, 1).contiguous().view(map.shape[0], -1, _outputs).MoveToOuterDisposeScope());
    }
}
