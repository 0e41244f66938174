using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Settings;

namespace RetinaSharp.Experiments.Benchmarks;

/// <summary>Floating-point operations of a network's convolutions, two for each product that is added: what they are by definition, however they are computed.</summary>
/// <param name="Forward">From the image to the outputs.</param>
/// <param name="Backward">The way back: to the weights that are trained, and to the inputs that hang on some.</param>
internal readonly record struct NetworkCost(double Forward, double Backward)
{
    /// <summary>The cost for one image.</summary>
    /// <param name="settings">The architecture.</param>
    /// <param name="outputs">Outputs of the classification head for an anchor.</param>
    /// <param name="freeze">Parts of the backbone that are not trained, as <see cref="TrainingSettings.Freeze"/>.</param>
    /// <param name="side">Side of the image, a multiple of 32.</param>
    public static NetworkCost Of(ModelSettings settings, int outputs, int freeze, int side)
    {
        var cost = default(NetworkCost);
        var stem = ResNet.StemChannels(settings.Width);
        Add(3, stem, 7, side / 2, freeze < 1, needsInput: false);
        var (inputs, channels, size) = (stem, stem, side / 4);
        var blocks = ResNet.Blocks(settings.Depth);
        var stages = new List<(int Channels, int Side)>();
        for (var stage = 0; stage < blocks.Length; stage++, channels *= 2)
        {
            var isTrained = stage + 2 > freeze;
            for (var block = 0; block < blocks[stage]; block++)
            {
                var before = size;
                if (block == 0 && stage > 0)
                    size /= 2;
                var hangs = isTrained && (block > 0 || stage + 1 > freeze);
                var isBasic = settings.Depth < 50;
                var last = isBasic ? channels : channels * Bottleneck.Expansion;
                if (isBasic)
                {
                    Add(inputs, channels, 3, size, isTrained, hangs);
                    Add(channels, channels, 3, size, isTrained, isTrained);
                }
                else
                {
                    Add(inputs, channels, 1, before, isTrained, hangs);
                    Add(channels, channels, 3, size, isTrained, isTrained);
                    Add(channels, last, 1, size, isTrained, isTrained);
                }

                if (inputs != last || before != size)
                    Add(inputs, last, 1, size, isTrained, hangs);
                inputs = last;
            }

            stages.Add((inputs, size));
        }

        var pyramid = settings.PyramidChannels;
        var anchors = settings.Anchors.AnchorsPerCell;
        for (var level = settings.Anchors.MinLevel; level <= settings.Anchors.MaxLevel; level++)
        {
            size = (side + (1 << level) - 1) >> level;
            if (level <= 5)
            {
                Add(stages[level - 2].Channels, pyramid, 1, size, isTrained: true, level > freeze);
                Add(pyramid, pyramid, 3, size);
            }
            else
            {
                Add(level == 6 && settings.P6From == P6Source.C5 ? inputs : pyramid, pyramid, 3, size);
            }

            for (var i = 0; i < 2 * settings.HeadConvolutions; i++)
                Add(pyramid, pyramid, 3, size);
            Add(pyramid, anchors * (outputs + 4), 3, size);
        }

        return cost;

        void Add(int from, int to, int kernel, int outSide, bool isTrained = true, bool needsInput = true)
        {
            var operations = 2.0 * from * to * kernel * kernel * outSide * outSide;
            cost = new(cost.Forward + operations, cost.Backward + ((isTrained ? operations : 0) + (needsInput ? operations : 0)));
        }
    }
}
