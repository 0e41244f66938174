using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests.Convolution;

/// <summary>Random tensors of a convolution. Their values are exact in bf16, so that one reference serves both types.</summary>
internal sealed record ConvolutionCase(int Images, int Inputs, int Outputs, int Height, int Width, int Kernel, int Stride)
{
    public int Padding => Kernel / 2;

    /// <summary>
    /// Whether the input or the output has both memory formats, contiguous and channels-last: with one channel or one pixel.
    /// </summary>
    public bool IsAmbiguous => Inputs == 1 || Outputs == 1 || Size(Height) * Size(Width) == 1;

    /// <summary>The input [N, C, H, W].</summary>
    public Tensor Input(ScalarType type, bool isChannelsLast = true) => Draw(1, type, isChannelsLast, Images, Inputs, Height, Width);

    /// <summary>The weight [O, C, K, K], scaled so that outputs have the variance of inputs.</summary>
    public Tensor Weight(ScalarType type, bool isChannelsLast = true) => Draw(1 / Math.Sqrt(Inputs * Kernel * Kernel), type, isChannelsLast, Outputs, Inputs, Kernel, Kernel);

    public Tensor Bias(ScalarType type) => Draw(1, type, false, Outputs);

    /// <summary>The scale [O]: signed powers of two, which can be folded into a bf16 weight without rounding.</summary>
    public Tensor Scale(ScalarType type) => (pow(2, randint(-2, 3, Outputs)) * ((2 * randint(0, 2, Outputs)) - 1)).to(type);

    /// <summary>A random tensor of the output's shape.</summary>
    public Tensor LikeOutput(ScalarType type, bool isChannelsLast = true) => Draw(1, type, isChannelsLast, Images, Outputs, Size(Height), Size(Width));

    /// <summary>relu?(scale · conv(x, w) + b + r), computed by LibTorch's operators in fp64.</summary>
    public Tensor Reference(Tensor x, Tensor w, Tensor? b, PostOps postOps)
    {
        var y = nn.functional.conv2d(Fp64(x), Fp64(w), null, [Stride, Stride], [Padding, Padding]);
        if (postOps.Scale is not null)
            y *= Fp64(postOps.Scale).view(-1, 1, 1);
        if (b is not null)
            y += Fp64(b).view(-1, 1, 1);
        if (postOps.Residual is not null)
            y += Fp64(postOps.Residual);
        return postOps.Relu ? y.relu() : y;
    }

    private static Tensor Fp64(Tensor tensor) => tensor.to(ScalarType.Float64);

    private static Tensor Draw(double scale, ScalarType type, bool isChannelsLast, params long[] shape)
    {
        var tensor = (randn(shape) * scale).to(ScalarType.BFloat16).to(type);
        return isChannelsLast ? tensor.ChannelsLast() : tensor;
    }

    private int Size(int input) => ((input + (2 * Padding) - Kernel) / Stride) + 1;
}
