using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Modeling.Layers;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>A feature pyramid's forward pass.</summary>
internal sealed class FeaturePyramid
{
    private readonly ConvNorm[] _lateral, _output, _extra;
    private readonly P6Source _p6Source;

    /// <param name="architecture">Its layers.</param>
    /// <param name="layer">Makes the module of a layer.</param>
    public FeaturePyramid(PyramidArchitecture architecture, Func<ConvolutionLayer, ConvNorm> layer)
    {
        (FirstStage, _p6Source) = (architecture.FirstStage, architecture.P6Source);
        _lateral = [.. architecture.Lateral.Select(layer)];
        _output = [.. architecture.Output.Select(layer)];
        _extra = [.. architecture.Extra.Select(layer)];
    }

    /// <summary>The stage of the backbone with which it begins, 0 for C2.</summary>
    public int FirstStage { get; }

    /// <summary>The maps of that stage and those after it to the pyramid levels, finest first, each [N, C, H, W].</summary>
    public Tensor[] Forward(Tensor[] stages)
    {
        using var scope = NewDisposeScope();
        var levels = new List<Tensor>();
        Tensor? above = null;
        for (var i = _lateral.Length - 1; i >= 0; i--)
        {
            var (height, width) = (stages[i].shape[2], stages[i].shape[3]);
            var upsampled = above is null ? null : nn.functional.interpolate(above, size: [height, width], mode: InterpolationMode.Nearest);
            above = _lateral[i].Forward(stages[i], new(upsampled, OverwritesResidual: true));
            levels.Insert(0, _output[i].Forward(above));
        }

        var x = _p6Source == P6Source.C5 ? stages[^1] : levels[^1];
        for (var i = 0; i < _extra.Length; i++)
            levels.Add(x = _extra[i].Forward(i == 0 ? x : nn.functional.relu(x)));
        return [.. levels.Select(level => level.MoveToOuterDisposeScope())];
    }
}
