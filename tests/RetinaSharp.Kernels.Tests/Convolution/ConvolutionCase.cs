using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests.Convolution;

/// <summary>Random tensors of a convolution. Their values are those of bf16, so that one reference does for both types.</summary>
internal sealed record ConvolutionCase(int Images, int Inputs, int Outputs, int Height, int Width, int Kernel, int Stride)
{
    public int Padding => Kernel / 2;

    /// <summary>[N, C, H, W].</summary>
    public Tensor Input(ScalarType type, bool isChannelsLast = true) => Draw(1, type, isChannelsLast, Images, Inputs, Height, Width);

    /// <summary>[O, C, K, K], so that outputs have the variance of inputs.</summary>
    public Tensor Weight(ScalarType type, bool isChannelsLast = true) => Draw(1 / Math.Sqrt(Inputs * Kernel * Kernel), type, isChannelsLast, Outputs, Inputs, Kernel, Kernel);

    public Tensor Bias(ScalarType type) => Draw(1, type, false, Outputs);

    /// <summary>A tensor of the output's shape.</summary>
    public Tensor LikeOutput(ScalarType type, bool isChannelsLast = true) => Draw(1, type, isChannelsLast, Images, Outputs, Size(Height), Size(Width));

    /// <summary>relu?(conv(x, w) + b + r) of LibTorch's operators in fp64.</summary>
    public Tensor Reference(Tensor x, Tensor w, Tensor? b, Tensor? r, bool relu)
    {
        var y = nn.functional.conv2d(Fp64(x), Fp64(w), b is null ? null : Fp64(b), [Stride, Stride], [Padding, Padding]);
        if (r is not null)
            y += Fp64(r);
        return relu ? y.relu() : y;
    }

    private static Tensor Fp64(Tensor tensor) => tensor.to(ScalarType.Float64);

    private static Tensor Draw(double scale, ScalarType type, bool isChannelsLast, params long[] shape)
    {
        var tensor = (randn(shape) * scale).to(ScalarType.BFloat16).to(type);
        return isChannelsLast ? tensor.ChannelsLast() : tensor;
    }

    private int Size(int input) => ((input + (2 * Padding) - Kernel) / Stride) + 1;
}
