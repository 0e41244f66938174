using RetinaSharp.Detection.Settings;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// Lists the convolutions of a network without making it: a file from anywhere can describe one that no memory holds. Biases and
/// normalisations are few beside their weights.
/// </summary>
internal static class Convolutions
{
    private const int Image = -1, Stem = 0, Rest = 5;
    private const int LastStageLevel = 5;

    /// <summary>Those of a whole network.</summary>
    /// <param name="settings">The architecture, in its ranges.</param>
    /// <param name="outputs">Outputs of the classification head for an anchor.</param>
    public static IEnumerable<ConvolutionShape> Of(ModelSettings settings, int outputs)
    {
        var body = OfBody(settings.Depth, settings.Width).ToList();
        foreach (var shape in body)
            yield return shape;
        long pyramid = settings.PyramidChannels, anchors = settings.Anchors.AnchorsPerCell;
        var (first, last) = (settings.Anchors.MinLevel, settings.Anchors.MaxLevel);
        for (var level = first; level <= LastStageLevel; level++)
        {
            var stage = level - 1;
            yield return new(Rest, stage, ChannelsOf(stage), pyramid, 1, level, level);
            yield return new(Rest, Rest, pyramid, pyramid, 3, level, level);
        }

        for (var level = LastStageLevel + 1; level <= last; level++)
            yield return level == LastStageLevel + 1 && settings.P6From == P6Source.C5
                ? new(Rest, Rest - 1, ChannelsOf(Rest - 1), pyramid, 3, level, level)
                : new(Rest, Rest, pyramid, pyramid, 3, level, level);
        for (var i = 0; i < 2 * settings.HeadConvolutions; i++)
            yield return new(Rest, Rest, pyramid, pyramid, 3, first, last);
        yield return new(Rest, Rest, pyramid, anchors * outputs, 3, first, last);
        yield return new(Rest, Rest, pyramid, anchors * 4, 3, first, last);

        long ChannelsOf(int stage) => body.Last(shape => shape.Part == stage).Outputs;
    }

    /// <summary>Those of a backbone alone.</summary>
    /// <param name="depth">Depth of the ResNet, one that there is.</param>
    /// <param name="width">Its width.</param>
    public static IEnumerable<ConvolutionShape> OfBody(int depth, double width)
    {
        long channels = ResNet.StemChannels(width), inputs = channels;
        yield return new(Stem, Image, 3, channels, 7, 1, 1);
        var isBasic = depth < 50;
        var blocks = ResNet.Blocks(depth);
        for (var stage = 1; stage <= blocks.Length; stage++, channels *= 2)
        {
            var level = stage + 1;
            var outputs = isBasic ? channels : channels * Bottleneck.Expansion;
            for (var block = 0; block < blocks[stage - 1]; block++, inputs = outputs)
            {
                // The stem's pooling has halved the sides for the first stage; each later one does so in the first 3 x 3 convolution of its first block.
                var (from, inputLevel) = block > 0 ? (stage, level) : (stage - 1, Math.Max(level - 1, 2));
                if (isBasic)
                {
                    yield return new(stage, from, inputs, channels, 3, level, level);
                }
                else
                {
                    yield return new(stage, from, inputs, channels, 1, inputLevel, inputLevel);
                    yield return new(stage, stage, channels, channels, 3, level, level);
                }

                yield return new(stage, stage, channels, outputs, isBasic ? 3 : 1, level, level);
                // The shortcut, where the number of channels or the size changes.
                if (inputs != outputs || inputLevel != level)
                    yield return new(stage, from, inputs, outputs, 1, level, level);
            }
        }
    }
}
