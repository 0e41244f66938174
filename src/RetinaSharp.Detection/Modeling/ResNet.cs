using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Modeling.Layers;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>A ResNet's forward pass: [N, 3, H, W] to C2 to C5 at strides 4, 8, 16 and 32.</summary>
internal sealed class ResNet
{
    private readonly ConvNorm _stem;
    private readonly ResidualBlock[][] _stages;

    /// <param name="architecture">Its layers.</param>
    /// <param name="layer">Makes the module of a layer.</param>
    public ResNet(ResNetArchitecture architecture, Func<ConvolutionLayer, ConvNorm> layer)
    {
        _stem = layer(architecture.Stem);
        _stages = [.. architecture.Stages.Select(blocks => blocks.Select(block => new ResidualBlock(block, layer)).ToArray())];
    }

    /// <param name="images">Normalized images, channels-last.</param>
    /// <param name="firstStage">The first stage that is wanted, 0 for C2.</param>
    /// <returns>The outputs of that stage and those after it.</returns>
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
