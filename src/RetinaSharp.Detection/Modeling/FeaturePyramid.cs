using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch;
using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Feature pyramid network (Lin et al.): lateral 1 × 1 convolutions, a way down by nearest neighbour, 3 × 3 convolutions, extra levels.</summary>
internal sealed class FeaturePyramid : Module
{
    private readonly ModuleList<ConvBlock> _lateral;
    private readonly ModuleList<ConvBlock> _output;
    private readonly ExtraLevels _extra;

    public FeaturePyramid(int[] stageChannels, ModelSettings settings)
    {
        var channels = settings.PyramidChannels;
        FirstStage = settings.Anchors.MinLevel - 2;
        var stages = stageChannels[FirstStage..];
        _lateral = Register("inner_blocks", new ModuleList<ConvBlock>(stages.Select(inputs => new ConvBlock(new Conv2d(inputs, channels, 1)))));
        _output = Register("layer_blocks", new ModuleList<ConvBlock>(stages.Select(_ => new ConvBlock(new Conv2d(channels, channels, 3)))));
        _extra = Register("extra_blocks", new ExtraLevels(settings.Anchors.MaxLevel - 5, stageChannels[^1], channels, settings.P6From));
    }

    /// <summary>The stage of the backbone with which it begins, 0 for C2.</summary>
    public int FirstStage { get; }

    /// <summary>That stage's map and those after it to the pyramid levels, finest first, each [N, C, H, W].</summary>
    public Tensor[] Forward(Tensor[] stages)
    {
        var levels = new List<Tensor>();
        Tensor? above = null;
        for (var i = _lateral.Count - 1; i >= 0; i--)
        {
            var stage = stages[i];
            above = _lateral[i].Forward(stage, new(above is null ? null : Functional.UpsampleNearest(above, stage.Shape[2], stage.Shape[3]), Overwrites: true));
            levels.Insert(0, _output[i].Forward(above));
        }

        levels.AddRange(_extra.Forward(stages[^1], levels[^1]));
        return [.. levels];
    }
}
