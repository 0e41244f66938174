using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Modeling.Layers;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>The module of RetinaNet's head. All pyramid levels share the weights.</summary>
public sealed class Head : nn.Module<Tensor[], Tensor[]>
{
    private readonly ConvNorm[] _tower;
    private readonly ConvNorm _predictor;
    private readonly int _outputs;

    /// <summary>Creates the module.</summary>
    /// <param name="architecture">Description of the layers.</param>
    /// <param name="state">Tensors whose memory the module's parameters and buffers share.</param>
    /// <param name="options">Data type, and whether the module trains.</param>
    public Head(HeadArchitecture architecture, NetworkState state, NetworkOptions options)
        : base(nameof(Head))
    {
        var layers = new LayerFactory(this, architecture.Prefix, state, options);
        _tower = [.. architecture.Tower.Select(layers.Create)];
        (_predictor, _outputs) = (layers.Create(architecture.Predictor), architecture.Outputs);
    }

    /// <summary>Maps pyramid levels [N, C, H, W] to predictions [N, H·W·A, outputs]. The reshape is a view without a copy, because the memory format is channels-last.</summary>
    /// <inheritdoc/>
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
