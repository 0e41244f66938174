using RetinaSharp.Detection.Settings;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// How many weights the convolutions of a model have, counted without making it: a file from anywhere can describe a network
/// that no memory holds.
/// </summary>
internal static class WeightCount
{
    /// <summary>The count, without biases and normalisations, which are few beside it.</summary>
    /// <param name="settings">The architecture, in its ranges.</param>
    /// <param name="outputs">Outputs of the classification head for an anchor.</param>
    public static long Of(ModelSettings settings, int outputs)
    {
        long pyramid = settings.PyramidChannels;
        var (body, stages) = Body(settings.Depth, settings.Width);
        var lateral = stages[(settings.Anchors.MinLevel - 2)..];
        var levels = lateral.Sum(inputs => pyramid * (inputs + 9 * pyramid));
        for (var level = 6; level <= settings.Anchors.MaxLevel; level++)
            levels += 9 * pyramid * (level == 6 && settings.P6From == P6Source.C5 ? stages[^1] : pyramid);
        var towers = 2 * settings.HeadConvolutions * 9 * pyramid * pyramid;
        return body + levels + towers + 9 * pyramid * settings.Anchors.AnchorsPerCell * (outputs + 4L);
    }

    /// <summary>The count of a backbone alone.</summary>
    /// <param name="depth">Depth of the ResNet, one that there is.</param>
    /// <param name="width">Its width.</param>
    public static long OfBody(int depth, double width) => Body(depth, width).Weights;

    private static (long Weights, long[] Stages) Body(int depth, double width)
    {
        long channels = ResNet.StemChannels(width);
        var isBasic = depth < 50;
        var (weights, inputs, stages) = (3 * 49 * channels, channels, new long[4]);
        for (var stage = 0; stage < stages.Length; stage++, channels *= 2)
        {
            var outputs = isBasic ? channels : channels * Bottleneck.Expansion;
            for (var block = 0; block < ResNet.Blocks(depth)[stage]; block++, inputs = outputs)
            {
                weights += isBasic ? 9 * channels * (inputs + channels) : channels * (inputs + 9 * channels + outputs);
                // The shortcut of the first block changes the number of channels or the size.
                if (block == 0 && (stage > 0 || inputs != outputs))
                    weights += inputs * outputs;
            }

            stages[stage] = outputs;
        }

        return (weights, stages);
    }
}
