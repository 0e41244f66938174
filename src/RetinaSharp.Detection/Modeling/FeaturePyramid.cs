using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Modeling.Layers;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>A feature pyramid network (FPN) or path aggregation network (PAFPN), which computes the pyramid levels from the backbone's feature maps.</summary>
public sealed class FeaturePyramid : nn.Module<Tensor[], Tensor[]>
{
    private readonly ConvNorm[] _lateral, _output, _downsample, _aggregate, _extra;
    private readonly P6Source _p6Source;

    /// <summary>Creates the module.</summary>
    /// <param name="architecture">Description of the layers.</param>
    /// <param name="state">The network's tensors. The module's parameters and buffers share their memory.</param>
    /// <param name="options">Data type, and whether the module trains.</param>
    public FeaturePyramid(PyramidArchitecture architecture, NetworkState state, NetworkOptions options)
        : base(nameof(FeaturePyramid))
    {
        var layers = new LayerFactory(this, architecture.Prefix, state, options);
        _p6Source = architecture.P6Source;
        _lateral = [.. architecture.Lateral.Select(layers.Create)];
        _output = [.. architecture.Output.Select(layers.Create)];
        _downsample = [.. architecture.Downsample.Select(layers.Create)];
        _aggregate = [.. architecture.Aggregate.Select(layers.Create)];
        _extra = [.. architecture.Extra.Select(layers.Create)];
    }

    /// <summary>Computes the pyramid levels, finest first, each [N, C, H, W].</summary>
    /// <param name="features">The backbone's feature maps, finest first, each [N, C, H, W].</param>
    public override Tensor[] forward(Tensor[] features)
    {
        using var scope = NewDisposeScope();
        var levels = new List<Tensor>();
        Tensor? above = null;
        for (var i = _lateral.Length - 1; i >= 0; i--)
        {
            var (height, width) = (features[i].shape[2], features[i].shape[3]);
            var upsampled = above is null ? null : nn.functional.interpolate(above, size: [height, width], mode: InterpolationMode.Nearest);
            above = _lateral[i].Forward(features[i], new(upsampled, OverwritesResidual: true));
            levels.Insert(0, _output[i].Forward(above));
        }

        // The path goes on from the sums, not from their convolutions.
        var below = levels[0];
        for (var i = 0; i < _downsample.Length; i++)
        {
            below = _downsample[i].Forward(below, new(levels[i + 1]));
            levels[i + 1] = _aggregate[i].Forward(below);
        }

        var x = _p6Source == P6Source.C5 ? features[^1] : levels[^1];
        for (var i = 0; i < _extra.Length; i++)
            levels.Add(x = _extra[i].Forward(i == 0 ? x : nn.functional.relu(x)));
        return [.. levels.Select(level => level.MoveToOuterDisposeScope())];
    }
}
