using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>A convolution with post-ops that is composed of LibTorch's operators.</summary>
internal static class ComposedConvolution
{
    /// <summary>Computes relu(scale · conv(x, w) + bias + residual), channels-last. Autograd records the operators if gradients are enabled.</summary>
    public static Tensor Forward(Tensor input, Tensor weight, Tensor? bias, int stride, int padding, PostOps postOps, int groups = 1)
    {
        using var scope = NewDisposeScope();
        var output = nn.functional.conv2d(input, postOps.Fold(weight), bias, [stride, stride], [padding, padding], groups: groups);
        if (postOps.Residual is not null)
            output = output.AddInPlace(postOps.Residual);
        if (postOps.Relu)
            output = nn.functional.relu(output, inplace: true);
        // conv2d returns the memory format of its input.
        return (output.IsChannelsLast() ? output : output.ChannelsLast()).MoveToOuterDisposeScope();
    }
}
