using static RetinaSharp.Kernels.TensorMemory;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// Two-dimensional convolutions with what follows them: <c>y = relu(scale · conv(x, w) + b + residual)</c>, with gradients by LibTorch's autograd. On the
/// CPU, in fp32 and bf16, they are one fused kernel of oneDNN or Winograd's (fp32, 3 × 3, stride 1); elsewhere they are LibTorch's operators.
/// </summary>
public static class FusedConvolution
{
    /// <summary>Convolves one map.</summary>
    /// <param name="input">[N, C, H, W], best in channels-last memory format.</param>
    /// <param name="weight">[O, C, K, K] of the same type, best in channels-last memory format.</param>
    /// <param name="bias">[O]; null: none.</param>
    /// <param name="stride">Stride of the kernel, from 1.</param>
    /// <param name="padding">Zeros around the input.</param>
    /// <param name="postOps">What follows the convolution.</param>
    /// <param name="packed">Keeps the weight in the layout of the kernels while it does not change; used where no gradient is recorded.</param>
    /// <returns>[N, O, H', W'] in channels-last memory format.</returns>
    /// <exception cref="TorchOperatorException">Shapes or types do not fit.</exception>
    public static Tensor Forward(Tensor input, Tensor weight, Tensor? bias, int stride = 1, int padding = 0, PostOps postOps = default, PackedWeight? packed = null) =>
        Forward([input], weight, bias, stride, padding, postOps, packed)[0];

    /// <summary>Convolves several maps with one weight, such as the levels of a feature pyramid: Winograd's kernel sees their tiles as one list.</summary>
    /// <param name="inputs">[N, C, H, W] each.</param>
    /// <param name="weight">[O, C, K, K].</param>
    /// <param name="bias">[O]; null: none.</param>
    /// <param name="stride">Stride of the kernel, from 1.</param>
    /// <param name="padding">Zeros around the inputs.</param>
    /// <param name="postOps">What follows the convolution; a residual for a single map only.</param>
    /// <param name="packed">Keeps the weight in the layout of the kernels while it does not change.</param>
    /// <returns>[N, O, H', W'] each, in channels-last memory format.</returns>
    /// <exception cref="ArgumentException">A residual was given for several maps.</exception>
    /// <exception cref="TorchOperatorException">Shapes or types do not fit.</exception>
    public static Tensor[] Forward(Tensor[] inputs, Tensor weight, Tensor? bias, int stride = 1, int padding = 0, PostOps postOps = default, PackedWeight? packed = null)
    {
        if (postOps.Residual is not null && inputs.Length != 1)
            throw new ArgumentException("A residual belongs to a single map.", nameof(postOps));
        if (inputs.Length == 0)
            return [];
        foreach (var input in inputs)
            Check(input, weight, bias, stride, padding, postOps);
        var isRecorded = is_grad_enabled() && (weight.requires_grad || bias?.requires_grad is true || postOps.Residual?.requires_grad is true || Array.Exists(inputs, input => input.requires_grad));
        if (isRecorded && weight.dtype == ScalarType.BFloat16 && stride > 1 && Array.Exists(inputs, input => input.shape[3] == 1))
            return InFp32(inputs, weight, bias, stride, padding, postOps);
        if (!CpuConvolution.Supports(inputs[0], weight))
            return Array.ConvertAll(inputs, input => Plain(input, weight, bias, stride, padding, postOps));
        var job = new CpuConvolution(stride, padding, postOps.Relu);
        return isRecorded
            ? ConvolutionNode.Run(job, inputs, weight, bias, postOps)
            : job.Forward(inputs, weight, bias, postOps, packed);
    }

    // Kernels that read raw memory do not check, and LibTorch's operators broadcast.
    private static void Check(Tensor input, Tensor weight, Tensor? bias, int stride, int padding, PostOps postOps)
    {
        var (residual, scale) = (postOps.Residual, postOps.Scale);
        var type = weight.dtype;
        var fits = stride > 0 && padding >= 0 && input.dtype == type
            && input.shape is [var images, var channels, var height, var width] && weight.shape is [var outputs, var inputs, var rows, var columns]
            && channels == inputs && height + (2 * padding) >= rows && width + (2 * padding) >= columns
            && (bias is null || (bias.dtype == type && bias.shape is [var biases] && biases == outputs))
            && (scale is null || (scale.dtype == type && scale.shape is [var scales] && scales == outputs))
            && (residual is null || (residual.dtype == type && residual.shape.AsSpan().SequenceEqual([images, outputs, Size(height, rows), Size(width, columns)])));
        if (!fits)
        {
            throw new TorchOperatorException($"Shapes or types of a convolution do not fit: input {Describe(input)}, weight {Describe(weight)}, bias {Describe(bias)}, scale {Describe(scale)}, "
                + $"stride {stride}, padding {padding}, residual {Describe(residual)}.");
        }

        long Size(long input, long kernel) => ((input + (2 * padding) - kernel) / stride) + 1;
    }

    // Of a strided kernel over a map one pixel wide, oneDNN in LibTorch 2.10 leaves elements of a weight gradient in bf16 unwritten (seen with AVX-512).
    private static Tensor[] InFp32(Tensor[] inputs, Tensor weight, Tensor? bias, int stride, int padding, PostOps postOps)
    {
        using var scope = NewDisposeScope();
        var widened = postOps with { Residual = postOps.Residual?.to(ScalarType.Float32), Scale = postOps.Scale?.to(ScalarType.Float32) };
        var outputs = Forward(Array.ConvertAll(inputs, input => input.to(ScalarType.Float32)), weight.to(ScalarType.Float32), bias?.to(ScalarType.Float32), stride, padding, widened);
        return Array.ConvertAll(outputs, output => output.to(ScalarType.BFloat16).MoveToOuterDisposeScope());
    }

    private static Tensor Plain(Tensor input, Tensor weight, Tensor? bias, int stride, int padding, PostOps postOps)
    {
        using var scope = NewDisposeScope();
        var output = nn.functional.conv2d(input, postOps.Fold(weight), bias, [stride, stride], [padding, padding]);
        if (postOps.Residual is not null)
            output = output.AddInPlace(postOps.Residual);
        if (postOps.Relu)
            output = nn.functional.relu(output, inplace: true);
        // LibTorch keeps the format of the input.
        return (output.IsChannelsLast() ? output : output.ChannelsLast()).MoveToOuterDisposeScope();
    }
}
