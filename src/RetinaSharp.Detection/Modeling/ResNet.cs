using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Modeling.Layers;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>A ResNet backbone: a ResNet without its classifier.</summary>
public sealed class ResNet : nn.Module<Tensor, Tensor[]>
{
    private readonly int _firstOutputStage;
    private readonly ConvNorm _stem;
    private readonly ResidualBlock[][] _stages;

    /// <summary>Creates the module.</summary>
    /// <param name="architecture">Description of the layers.</param>
    /// <param name="state">The network's tensors. The module's parameters and buffers share their memory.</param>
    /// <param name="options">Data type, whether the module trains, and number of frozen backbone parts.</param>
    public ResNet(ResNetArchitecture architecture, NetworkState state, NetworkOptions options)
        : base(nameof(ResNet))
    {
        var layers = new LayerFactory(this, architecture.Prefix, state, options);
        _firstOutputStage = architecture.FirstStage;
        _stem = layers.Create(architecture.Stem);
        _stages = [.. architecture.Stages.Select(blocks => blocks.Select(block => new ResidualBlock(block, layers)).ToArray())];
    }

    /// <summary>
    /// Computes the feature maps for the neck: the outputs of stage <see cref="ResNetArchitecture.FirstStage"/> and all later stages, finest first, each [N,
    /// C, H / stride, W / stride].
    /// </summary>
    /// <param name="images">Normalized images [N, 3, H, W], channels-last.</param>
    public override Tensor[] forward(Tensor images)
    {
        var x = Stem(images);
        var outputs = new List<Tensor>();
        for (var stage = 0; stage < _stages.Length; stage++)
        {
            var input = x;
            x = Stage(_stages[stage], input);
            // Up to the first output stage, the stage's input is not an output, so that only the autograd graph still needs it. C2 is the largest
            // map, so freeing it early saves the most memory.
            if (stage <= _firstOutputStage)
                input.Dispose();
            if (stage >= _firstOutputStage)
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
