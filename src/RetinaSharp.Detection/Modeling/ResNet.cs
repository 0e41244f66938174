using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Modeling.Layers;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>The module of a ResNet without its classifier.</summary>
public sealed class ResNet : nn.Module<Tensor, Tensor[]>
{
    private readonly int _firstStage;
    private readonly ConvNorm _stem;
    private readonly ResidualBlock[][] _stages;

    /// <summary>Creates the module.</summary>
    /// <param name="architecture">Description of the layers.</param>
    /// <param name="state">Tensors whose memory the module's parameters and buffers share.</param>
    /// <param name="options">Data type, whether the module trains, and number of frozen stages.</param>
    public ResNet(ResNetArchitecture architecture, NetworkState state, NetworkOptions options)
        : base(nameof(ResNet))
    {
        var layers = new LayerFactory(this, architecture.Prefix, state, options);
        _firstStage = architecture.FirstStage;
        _stem = layers.Create(architecture.Stem);
        _stages = [.. architecture.Stages.Select(blocks => blocks.Select(block => new ResidualBlock(block, layers)).ToArray())];
    }

    /// <summary>
    /// Maps normalized images [N, 3, H, W], channels-last, to feature maps [N, C, H / stride, W / stride]: the outputs of the first stage that is
    /// passed to the neck and of all later stages.
    /// </summary>
    /// <inheritdoc/>
    public override Tensor[] forward(Tensor images)
    {
        var x = Stem(images);
        var outputs = new List<Tensor>();
        for (var stage = 0; stage < _stages.Length; stage++)
        {
            var input = x;
            x = Stage(_stages[stage], input);
            // From here on only the autograd graph needs the previous map. C2 is the largest map, so freeing it early saves the most memory.
            if (stage <= _firstStage)
                input.Dispose();
            if (stage >= _firstStage)
                outputs.Add(x);
        }

        return [.. outputs];
    }

    private Tensor Stem(Tensor images)
    {
        using var scope = NewDisposeScope();
        return nn.functional.max_pool2d(_stem.Forward(images, PostOps.OnlyRelu), kernel_size: 3, stride: 2, padding: 1).MoveToOuterDisposeScope();
    }

    private static Tensor Stage(ResidualBlock[] blocks, Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = input;
        foreach (var block in blocks)
        {
            var output = block.Forward(x);
            if (!ReferenceEquals(x, input))
                x.Dispose();
            x = output;
        }

        return x.MoveToOuterDisposeScope();
    }
}
