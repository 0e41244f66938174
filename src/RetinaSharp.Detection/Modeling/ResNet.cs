using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch;
using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Detection.Modeling;

/// <summary>ResNet (He et al.) without its classifier, with torchvision's names: a stem and four stages, C2 to C5.</summary>
internal sealed class ResNet : Module
{
    private readonly Conv2d _conv1;
    private readonly Norm2d _bn1;
    private readonly ModuleList<ResidualBlock>[] _stages;

    public ResNet(int depth, double width, NormKind norm)
    {
        var blocks = Blocks(depth);
        var channels = StemChannels(width);
        _conv1 = Register("conv1", new StemConv2d(channels));
        _bn1 = Register("bn1", Norms.Create(norm, channels));
        var inputs = channels;
        _stages = new ModuleList<ResidualBlock>[4];
        StageChannels = new int[4];
        for (var stage = 0; stage < 4; stage++)
        {
            var list = new List<ResidualBlock>();
            for (var i = 0; i < blocks[stage]; i++)
            {
                var stride = i == 0 && stage > 0 ? 2 : 1;
                list.Add(depth < 50 ? new BasicBlock(inputs, channels, stride, norm) : new Bottleneck(inputs, channels, stride, norm));
                inputs = depth < 50 ? channels : channels * Bottleneck.Expansion;
            }

            _stages[stage] = Register($"layer{stage + 1}", new ModuleList<ResidualBlock>(list));
            StageChannels[stage] = inputs;
            channels *= 2;
        }
    }

    /// <summary>Blocks of each stage.</summary>
    public static int[] Blocks(int depth) => depth switch
    {
        18 => [2, 2, 2, 2],
        34 or 50 => [3, 4, 6, 3],
        101 => [3, 4, 23, 3],
        _ => [3, 8, 36, 3],
    };

    /// <summary>Channels after the first convolution.</summary>
    public static int StemChannels(double width) => Math.Max(8, (int)Math.Round(64 * width / 8) * 8);

    /// <summary>Channels of C2, C3, C4 and C5.</summary>
    public int[] StageChannels { get; }

    /// <summary>Stops the training of the stem (from 1 on) and the first stages (from 2 on).</summary>
    /// <param name="count">How many of the five parts, 0 to 5.</param>
    public void Freeze(int count)
    {
        Module[] parts = [_conv1, .. _stages];
        foreach (var (_, parameter) in parts.Take(count).SelectMany(part => part.NamedParameters()))
            parameter.IsTrainable = false;
        if (count > 0)
        {
            foreach (var (_, parameter) in _bn1.NamedParameters())
                parameter.IsTrainable = false;
        }
    }

    /// <summary>[N, 3, H, W] to C2, C3, C4, C5, at strides 4, 8, 16, 32, without those before the first that is wanted.</summary>
    public Tensor[] Forward(Tensor images, int firstStage)
    {
        var x = Stem(images);
        var outputs = new List<Tensor>();
        for (var stage = 0; stage < _stages.Length; stage++)
        {
            var input = x;
            x = Stage(_stages[stage], input);
            // Nobody wants it besides the graph, and C2 is the largest of all.
            if (stage <= firstStage)
                input.Dispose();
            if (stage >= firstStage)
                outputs.Add(x);
        }

        return [.. outputs];
    }

    private Tensor Stem(Tensor images)
    {
        using var scope = new TensorScope();
        return scope.Keep(Functional.MaxPool2d(_bn1.Forward(_conv1, images, Epilogue.Relu), 3, 2, 1));
    }

    private static Tensor Stage(ModuleList<ResidualBlock> blocks, Tensor input)
    {
        using var scope = new TensorScope();
        var x = input;
        for (var i = 0; i < blocks.Count; i++)
            x = blocks[i].Forward(x);
        return scope.Keep(x);
    }
}
