using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Modeling.Layers;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>A head's forward pass over all pyramid levels at once.</summary>
internal sealed class Head
{
    private readonly ConvNorm[] _tower;
    private readonly ConvNorm _predictor;
    private readonly int _outputs;

    /// <param name="architecture">Its layers.</param>
    /// <param name="layer">Makes the module of a layer.</param>
    public Head(HeadArchitecture architecture, Func<ConvolutionLayer, ConvNorm> layer)
    {
        _tower = [.. architecture.Tower.Select(layer)];
        (_predictor, _outputs) = (layer(architecture.Predictor), architecture.Outputs);
    }

    /// <summary>Levels [N, C, H, W] to [N, H·W·A, outputs] each: views, because the memory format is channels-last.</summary>
    public Tensor[] Forward(Tensor[] levels)
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
