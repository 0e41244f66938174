using static RetinaSharp.Kernels.TensorMemory;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// Fused two-dimensional convolutions, <c>y = relu(scale · conv(x, w) + bias + residual)</c>, differentiable by LibTorch's autograd. On the
/// CPU, in fp32 and bf16, a convolution is one fused kernel: oneDNN's, or Winograd's for 3 × 3 kernels with stride 1 and padding 1.
/// Elsewhere it is composed of LibTorch's operators.
/// </summary>
public static class FusedConvolution
{
    /// <summary>Computes the fused convolution of one feature map.</summary>
    /// <param name="input">The input [N, C, H, W], preferably channels-last.</param>
    /// <param name="weight">The weight [O, C / groups, K, K], of the input's type, preferably channels-last.</param>
    /// <param name="bias">The bias [O], or null.</param>
    /// <param name="stride">Stride, 1 or more.</param>
    /// <param name="padding">Zero padding on each side, 0 or more.</param>
    /// <param name="postOps">Operations that are fused into the convolution.</param>
    /// <param name="packed">
    /// Caches the weight in the memory layout of the kernel; the caller invalidates it when the weight changes. Used only if no gradient is
    /// recorded. Null for no cache.
    /// </param>
    /// <param name="groups">Number of groups of channels. A grouped convolution is always composed of LibTorch's operators.</param>
    /// <returns>The output [N, O, H', W'], channels-last.</returns>
    /// <exception cref="TorchOperatorException">Shapes or types do not match, or the kernel failed.</exception>
    public static Tensor Forward(Tensor input, Tensor weight, Tensor? bias, int stride = 1, int padding = 0, PostOps postOps = default, PackedWeight? packed = null, int groups = 1) =>
        Forward([input], weight, bias, stride, padding, postOps, packed, groups)[0];

    /// <summary>
    /// Computes the fused convolutions of several feature maps, such as the levels of a feature pyramid, with a shared weight. The Winograd
    /// kernel processes the tiles of all maps in one batch.
    /// </summary>
    /// <param name="inputs">The inputs, [N, C, H, W] each.</param>
    /// <param name="weight">The weight [O, C / groups, K, K], of the inputs' type, preferably channels-last.</param>
    /// <param name="bias">The bias [O], or null.</param>
    /// <param name="stride">Stride, 1 or more.</param>
    /// <param name="padding">Zero padding on each side, 0 or more.</param>
    /// <param name="postOps">Operations that are fused into the convolution. A residual is allowed for a single feature map only.</param>
    /// <param name="packed">
    /// Caches the weight in the memory layout of the kernel; the caller invalidates it when the weight changes. Used only if no gradient is
    /// recorded. Null for no cache.
    /// </param>
    /// <param name="groups">Number of groups of channels. A grouped convolution is always composed of LibTorch's operators.</param>
    /// <returns>The outputs, [N, O, H', W'] each, channels-last.</returns>
    /// <exception cref="ArgumentException">There is a residual, but not exactly one feature map.</exception>
    /// <exception cref="TorchOperatorException">Shapes or types do not match, or the kernel failed.</exception>
    public static Tensor[] Forward(Tensor[] inputs, Tensor weight, Tensor? bias, int stride = 1, int padding = 0, PostOps postOps = default, PackedWeight? packed = null, int groups = 1)
    {
        if (postOps.Residual is not null && inputs.Length != 1)
            throw new ArgumentException("A residual requires a single feature map.", nameof(postOps));
        if (inputs.Length == 0)
            return [];
        foreach (var input in inputs)
            Check(input, weight, bias, stride, padding, postOps, groups);
        var isRecorded = is_grad_enabled() && (weight.requires_grad || bias?.requires_grad is true || postOps.Residual?.requires_grad is true || Array.Exists(inputs, input => input.requires_grad));
        if (isRecorded && weight.dtype == ScalarType.BFloat16 && stride > 1 && Array.Exists(inputs, input => input.shape[3] == 1))
            return ForwardInFp32(inputs, weight, bias, stride, padding, postOps, groups);
        if (groups > 1 || !CpuConvolution.Supports(inputs[0], weight))
            return Array.ConvertAll(inputs, input => ComposedConvolution.Forward(input, weight, bias, stride, padding, postOps, groups));
        var convolution = new CpuConvolution(stride, padding, postOps.Relu);
        return isRecorded
            ? ConvolutionNode.Forward(convolution, inputs, weight, bias, postOps)
            : convolution.Forward(inputs, weight, bias, postOps, packed);
    }

    // The kernels access raw memory without checks, and LibTorch's operators would broadcast.
    private static void Check(Tensor input, Tensor weight, Tensor? bias, int stride, int padding, PostOps postOps, int groups)
    {
        var (residual, scale) = (postOps.Residual, postOps.Scale);
        var type = weight.dtype;
        var isValid = stride > 0 && padding >= 0 && groups > 0 && input.dtype == type
            && input.shape is [var images, var channels, var height, var width] && weight.shape is [var outputs, var inputs, var rows, var columns]
            && channels == inputs * groups && outputs % groups == 0 && height + (2 * padding) >= rows && width + (2 * padding) >= columns
            && (bias is null || (bias.dtype == type && bias.shape is [var biases] && biases == outputs))
            && (scale is null || (scale.dtype == type && scale.shape is [var scales] && scales == outputs))
            && (residual is null || (residual.dtype == type && residual.shape.AsSpan().SequenceEqual([images, outputs, Size(height, rows), Size(width, columns)])));
        if (!isValid)
        {
            throw new TorchOperatorException($"The shapes or types of a convolution do not match: input {Describe(input)}, weight {Describe(weight)}, bias {Describe(bias)}, scale {Describe(scale)}, "
                + $"stride {stride}, padding {padding}, groups {groups}, residual {Describe(residual)}.");
        }

        long Size(long input, long kernel) => ((input + (2 * padding) - kernel) / stride) + 1;
    }

    // With stride > 1 and a feature map one pixel wide, oneDNN in LibTorch 2.10 does not write all elements of the bf16 weight gradient
    // (observed with AVX-512).
    private static Tensor[] ForwardInFp32(Tensor[] inputs, Tensor weight, Tensor? bias, int stride, int padding, PostOps postOps, int groups)
    {
        using var scope = NewDisposeScope();
        var fp32PostOps = postOps with { Residual = postOps.Residual?.to(ScalarType.Float32), Scale = postOps.Scale?.to(ScalarType.Float32) };
        var outputs = Forward(Array.ConvertAll(inputs, input => input.to(ScalarType.Float32)), weight.to(ScalarType.Float32), bias?.to(ScalarType.Float32), stride, padding, fp32PostOps, groups: groups);
        return Array.ConvertAll(outputs, output => output.to(ScalarType.BFloat16).MoveToOuterDisposeScope());
    }
}
