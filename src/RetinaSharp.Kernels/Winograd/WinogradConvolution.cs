using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// 3x3 convolutions, stride 1, padding 1, of maps in fp32 or bf16 on the CPU, by Winograd's F(4x4, 3x3): 36 instead of 144 multiplications for 16 outputs
/// (Lavin and Gray 2015, arXiv 1509.09308), in fp32 with about twice the rounding error of the direct sum. Outputs in bf16 are rounded once.
/// </summary>
internal static class WinogradConvolution
{
    /// <summary>Whether it is expected to be faster than oneDNN's direct convolution.</summary>
    /// <param name="type">Of maps and weight.</param>
    /// <param name="channels">Channels of the input or of the output, whichever are fewer.</param>
    /// <param name="tiles">Tiles of all maps: the sum of <see cref="Tiles"/>.</param>
    /// <param name="use">What is computed.</param>
    public static bool IsFaster(ScalarType type, long channels, long tiles, WinogradUse use)
    {
        // Measured beside LibTorch 2.10 on AVX2 and AVX-512. With fewer channels, the transforms of inputs and outputs take what the GEMMs save. With fewer tiles,
        // reading the transformed weights takes as long as multiplying by them, and making them longer than a convolution. Where AVX-512 multiplies bf16, oneDNN
        // is twice as fast as in fp32.
        var isBf16 = type == ScalarType.BFloat16;
        var minChannels = isBf16 && use != WinogradUse.WeightGradient ? 128 : 32;
        var minTiles = use != WinogradUse.Once ? 8 : isBf16 ? 64 : 32;
        return Vector256.IsHardwareAccelerated && channels >= minChannels && tiles >= minTiles;
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
        var outputs = Run(inputs, WinogradWeight.Open(transformedWeight), bias, relu, residuals);
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
        return Run(inputs, transformed, bias, relu, residuals);
    }

    /// <summary>Gradient with respect to the weights, summed over the maps. The same inputs give the same bits, whatever the number of threads.</summary>
    /// <param name="inputs">[N, I, H, W] each.</param>
    /// <param name="outputGradients">[N, O, H, W] each.</param>
    /// <returns>[O, I, 3, 3], channels-last.</returns>
    public static Tensor WeightGradient(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputGradients)
    {
        return IsBf16(inputs) ? Run<Bf16>(inputs, outputGradients) : Run<Fp32>(inputs, outputGradients);
    }

    private static Tensor[] Run(ReadOnlySpan<Tensor> inputs, WinogradWeight weight, Tensor? bias, bool relu, Tensor[]? residuals) =>
        IsBf16(inputs) ? Run<Bf16>(inputs, weight, bias, relu, residuals) : Run<Fp32>(inputs, weight, bias, relu, residuals);

    private static Tensor[] Run<T>(ReadOnlySpan<Tensor> inputs, WinogradWeight weight, Tensor? bias, bool relu, Tensor[]? residuals)
        where T : unmanaged, IMapElement<T>
    {
        using var forward = new WinogradForward<T>(inputs, weight, bias, relu, residuals);
        return forward.Run();
    }

    private static Tensor Run<T>(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputGradients)
        where T : unmanaged, IMapElement<T>
    {
        using var gradient = new WinogradWeightGradient<T>(inputs, outputGradients);
        return gradient.Run();
    }

    private static bool IsBf16(ReadOnlySpan<Tensor> inputs) => inputs[0].dtype == ScalarType.BFloat16;
}

/// <summary>What Winograd's kernel is used for.</summary>
internal enum WinogradUse
{
    /// <summary>A convolution whose weight changes before its next use, or the gradient with respect to the input.</summary>
    Once,

    /// <summary>A convolution whose transformed weight is kept.</summary>
    PackedWeight,

    /// <summary>The gradient with respect to the weight, for which no weight is transformed.</summary>
    WeightGradient,
}
