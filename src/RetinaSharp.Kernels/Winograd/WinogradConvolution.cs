using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// 3x3 convolutions, stride 1, padding 1, in fp32 on the CPU, by Winograd's F(4x4, 3x3): 36 instead of 144 multiplications for 16 outputs
/// (Lavin and Gray 2015, arXiv 1509.09308), with about twice the rounding error.
/// </summary>
internal static class WinogradConvolution
{
    /// <summary>Whether it is expected to be faster than LibTorch's convolution.</summary>
    /// <param name="inputs">Channels of the input.</param>
    /// <param name="outputs">Channels of the output.</param>
    /// <param name="tiles">Tiles of all maps: the sum of <see cref="Tiles"/>.</param>
    /// <param name="isConstant">Whether the transformed weights are kept and used again, as in inference; also for the gradient with respect to the weights, which needs none.</param>
    public static bool IsFaster(long inputs, long outputs, long tiles, bool isConstant)
    {
        // Measured on AVX2 beside LibTorch 2.10. With fewer channels, the transforms of inputs and outputs take what the GEMMs save. With fewer tiles,
        // reading the transformed weights takes as long as multiplying by them, and making them longer than a convolution.
        const long minChannels = 32, minTiles = 32, minTilesIfConstant = 8;
        return Vector256.IsHardwareAccelerated && inputs >= minChannels && outputs >= minChannels && tiles >= (isConstant ? minTilesIfConstant : minTiles);
    }

    /// <summary>The 4x4 tiles of a map [N, C, H, W].</summary>
    public static long Tiles(Tensor map) => WinogradTiles.CountOf(map);

    /// <summary>Transforms weights [O, I, 3, 3] for <see cref="Forward"/>.</summary>
    /// <param name="weight">The weights; fastest where they are channels-last.</param>
    /// <param name="isFlipped">Whether they are rotated by 180 degrees, with I and O swapped: <see cref="Forward"/> of output gradients then computes input gradients.</param>
    public static Tensor TransformWeight(Tensor weight, bool isFlipped = false) => WinogradWeight.Transform(weight, isFlipped);

    /// <summary>Computes y = ReLU(conv(x, w) + bias + residual) for each of a list of maps.</summary>
    /// <param name="inputs">[N, I, H, W] each, of any sizes; fastest where they are channels-last.</param>
    /// <param name="transformedWeight">Of <see cref="TransformWeight"/>.</param>
    /// <param name="bias">[O], or null.</param>
    /// <param name="relu">Whether there is a ReLU.</param>
    /// <param name="residuals">One for each map, of the shape of its output, or null.</param>
    /// <returns>[N, O, H, W] each, channels-last.</returns>
    public static Tensor[] Forward(ReadOnlySpan<Tensor> inputs, Tensor transformedWeight, Tensor? bias, bool relu, Tensor[]? residuals = null)
    {
        using var forward = new WinogradForward(inputs, WinogradWeight.Open(transformedWeight), bias, relu, residuals);
        var outputs = forward.Run();
        GC.KeepAlive(transformedWeight);
        return outputs;
    }

    /// <summary>As <see cref="Forward"/>, with weights that change before their next use.</summary>
    /// <param name="inputs">[N, I, H, W] each.</param>
    /// <param name="weight">[O, I, 3, 3], not transformed.</param>
    /// <param name="isFlipped">As in <see cref="TransformWeight"/>.</param>
    /// <param name="bias">[O], or null.</param>
    /// <param name="relu">Whether there is a ReLU.</param>
    /// <param name="residuals">One for each map, of the shape of its output, or null.</param>
    public static Tensor[] ForwardOnce(ReadOnlySpan<Tensor> inputs, Tensor weight, bool isFlipped, Tensor? bias, bool relu, Tensor[]? residuals = null)
    {
        var transformed = WinogradWeight.TransformOnce(weight, isFlipped, out var memory);
        using var owned = memory;
        using var forward = new WinogradForward(inputs, transformed, bias, relu, residuals);
        return forward.Run();
    }

    /// <summary>Gradient with respect to the weights, summed over the maps. The same inputs give the same bits, whatever the number of threads.</summary>
    /// <param name="inputs">[N, I, H, W] each.</param>
    /// <param name="outputGradients">[N, O, H, W] each.</param>
    /// <returns>[O, I, 3, 3], channels-last.</returns>
    public static Tensor WeightGradient(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputGradients)
    {
        using var gradient = new WinogradWeightGradient(inputs, outputGradients);
        return gradient.Run();
    }
}
