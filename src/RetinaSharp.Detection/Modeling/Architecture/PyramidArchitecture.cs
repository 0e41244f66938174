using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>
/// Feature pyramid network (Lin et al., arXiv 1612.03144): lateral 1 × 1 convolutions, nearest-neighbor upsampling from the top down, 3 × 3
/// output convolutions, and extra levels by convolutions of stride 2.
/// </summary>
/// <param name="FirstStage">The stage of the backbone with which it begins, 0 for C2.</param>
/// <param name="Lateral">Of each stage, finest first.</param>
/// <param name="Output">Of each stage, finest first.</param>
/// <param name="Extra">P6 and above; each takes the level before through ReLU, the first its source as it is.</param>
/// <param name="P6Source">What P6 is computed from.</param>
public sealed record PyramidArchitecture(int FirstStage, IReadOnlyList<ConvolutionLayer> Lateral, IReadOnlyList<ConvolutionLayer> Output, IReadOnlyList<ConvolutionLayer> Extra, P6Source P6Source)
{
    private const int Part = 5;
    private const int LastStageLevel = 5;

    /// <summary>Describes a pyramid.</summary>
    /// <param name="settings">The architecture's settings.</param>
    /// <param name="stageChannels">Channels of C2 to C5.</param>
    /// <param name="prefix">What stands before all names.</param>
    public static PyramidArchitecture Create(ModelSettings settings, int[] stageChannels, string prefix)
    {
        var (channels, first) = (settings.PyramidChannels, settings.Anchors.MinLevel);
        var firstStage = first - 2;
        var levels = Enumerable.Range(first, LastStageLevel - first + 1).ToArray();
        var isFromC5 = settings.P6From == P6Source.C5;
        return new(
            firstStage,
            [.. levels.Select((level, i) => Layer($"inner_blocks.{i}.0", stageChannels[firstStage + i], 1, 1, level - 1, level))],
            [.. levels.Select((level, i) => Layer($"layer_blocks.{i}.0", channels, 3, 1, Part, level))],
            [.. Enumerable.Range(LastStageLevel + 1, settings.Anchors.MaxLevel - LastStageLevel).Select(level => level == LastStageLevel + 1 && isFromC5
                ? Layer($"extra_blocks.p{level}", stageChannels[^1], 3, 2, Part - 1, level)
                : Layer($"extra_blocks.p{level}", channels, 3, 2, Part, level))],
            settings.P6From);

        ConvolutionLayer Layer(string name, int inputs, int kernel, int stride, int inputPart, int level) =>
            new(prefix + name, inputs, channels, kernel, stride) { Part = Part, InputPart = inputPart, FirstLevel = level, LastLevel = level };
    }

    /// <summary>All convolutions, in the order of the state dictionary.</summary>
    public IEnumerable<ConvolutionLayer> Layers() => [.. Lateral, .. Output, .. Extra];
}
