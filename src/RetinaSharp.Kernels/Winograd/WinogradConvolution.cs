using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// Winograd convolutions F(4x4, 3x3) (Lavin and Gray, <see href="https://arxiv.org/abs/1509.09308">Fast Algorithms for Convolutional Neural
/// Networks</see>): kernel 3x3, stride 1, padding 1, for fp32 and bf16 feature maps on the CPU. They need 36 instead of 144 multiplications
/// for a tile of 4x4 outputs, and have about twice the rounding error of direct convolution in fp32. bf16 outputs are rounded once.
/// </summary>
internal static class WinogradConvolution
{
    /// <summary>Returns whether Winograd is expected to be faster than oneDNN's direct convolution.</summary>
    /// <param name="type">Type of feature maps and weight.</param>
    /// <param name="channels">Number of input or output channels, whichever is less.</param>
    /// <param name="tiles">Number of tiles of all feature maps: the sum of <see cref="Tiles"/>.</param>
    /// <param name="pass">The pass that is computed: forward, with or without a cached weight, or a gradient.</param>
    public static bool IsFaster(ScalarType type, long channels, long tiles, WinogradPass pass)
    {
        // Thresholds measured against LibTorch 2.10 on AVX2 and AVX-512. With fewer channels, the input and output transforms cost what the
        // GEMMs save. With fewer tiles, reading the transformed weights takes as long as multiplying by them, and transforming the weights
        // takes longer than the convolution. With AVX-512, oneDNN's bf16 kernels are twice as fast as its fp32 kernels.
        var isBf16 = type == ScalarType.BFloat16;
        var minChannels = isBf16 && pass != WinogradPass.WeightGradient ? 128 : 32;
        var minTiles = pass != WinogradPass.Once ? 8 : isBf16 ? 64 : 32;
        return Vector256.IsHardwareAccelerated && channels >= minChannels && tiles >= minTiles;
    }

    /// <summary>Returns the number of 4x4 tiles of a batch of feature maps [N, C, H, W].</summary>
    public static long Tiles(Tensor map) => WinogradTiles.CountOf(map);

    /// <summary>Transforms weights [O, I, 3, 3] to the Winograd domain, for <see cref="Forward"/>.</summary>
    /// <param name="weight">The weights, preferably channels-last.</param>
    /// <param name="isFlipped">
    /// Whether to rotate the kernels by 180 degrees and swap I and O. With such weights, <see cref="Forward"/> computes input gradients
    /// from output gradients.
    /// </param>
    public static Tensor TransformWeight(Tensor weight, bool isFlipped = false) => WinogradWeight.Transform(weight, isFlipped);

    /// <summary>Computes y = ReLU(conv(x, w) + bias + residual) for each feature map.</summary>
    /// <param name="inputs">The inputs, [N, I, H, W] each, of any sizes, preferably channels-last.</param>
    /// <param name="transformedWeight">The weights from <see cref="TransformWeight"/>.</param>
    /// <param name="bias">The bias [O], or null.</param>
    /// <param name="relu">Whether to apply ReLU.</param>
    /// <param name="residuals">A residual for each feature map, of the shape of its output, or null.</param>
    /// <returns>The outputs, [N, O, H, W] each, channels-last.</returns>
    public static Tensor[] Forward(ReadOnlySpan<Tensor> inputs, Tensor transformedWeight, Tensor? bias, bool relu, Tensor[]? residuals = null)
    {
        var outputs = Run(inputs, WinogradWeight.Open(transformedWeight), bias, relu, residuals);
        GC.KeepAlive(transformedWeight);
        return outputs;
    }

    /// <summary>
    /// Computes the same as <see cref="Forward"/> from weights that are not yet transformed. It is for weights that change before their
    /// next use, so that caching the transformed weights has no benefit.
    /// </summary>
    /// <param name="inputs">The inputs, [N, I, H, W] each.</param>
    /// <param name="weight">The weights [O, I, 3, 3], not transformed.</param>
    /// <param name="isFlipped">See <see cref="TransformWeight"/>.</param>
    /// <param name="bias">The bias [O], or null.</param>
    /// <param name="relu">Whether to apply ReLU.</param>
    /// <param name="residuals">A residual for each feature map, of the shape of its output, or null.</param>
    public static Tensor[] ForwardOnce(ReadOnlySpan<Tensor> inputs, Tensor weight, bool isFlipped, Tensor? bias, bool relu, Tensor[]? residuals = null)
    {
        var transformed = WinogradWeight.TransformOnce(weight, isFlipped, out var memory);
        using var owned = memory;
        return Run(inputs, transformed, bias, relu, residuals);
    }

    /// <summary>
    /// Computes the gradient of the loss with respect to the weights, summed over the feature maps. The result does not depend on the
    /// number of threads.
    /// </summary>
    /// <param name="inputs">The inputs, [N, I, H, W] each.</param>
    /// <param name="outputGradients">The gradients with respect to the outputs, [N, O, H, W] each.</param>
    /// <returns>The weight gradient [O, I, 3, 3], channels-last.</returns>
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

/// <summary>The passes that the Winograd kernels are used for.</summary>
internal enum WinogradPass
{
    /// <summary>A forward convolution whose weight changes before its next use, or the gradient with respect to the input.</summary>
    Once,

    /// <summary>A forward convolution whose transformed weight is cached.</summary>
    PackedWeight,

    /// <summary>The gradient with respect to the weight, which needs no transformed weight.</summary>
    WeightGradient,
}
