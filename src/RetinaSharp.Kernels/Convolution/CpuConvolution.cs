using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// Convolutions on the CPU, forward and their gradients, outside of the graph. Chooses the kernel: Winograd's, or oneDNN's. Where a CPU has no
/// instructions for bf16, oneDNN has no kernels either: tensors are widened to fp32, and results are rounded to bf16, which is what a kernel for bf16 computes.
/// </summary>
/// <param name="stride">Stride of the kernel.</param>
/// <param name="padding">Zeros around the input.</param>
/// <param name="relu">Whether ReLU follows.</param>
internal readonly struct CpuConvolution(int stride, int padding, bool relu)
{
    // What oneDNN asks for: avx512_core. .NET's word for it is all of these.
    private static readonly bool HasBf16 = Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported;

    public bool Relu => relu;

    /// <summary>Whether there is a kernel for tensors of this type on this device.</summary>
    public static bool Supports(Tensor input, Tensor weight) =>
        FusedKernels.AreEnabled && OneDnn.IsAvailable && input.device_type == DeviceType.CPU && input.dtype is ScalarType.Float32 or ScalarType.BFloat16 && weight.dtype == input.dtype;

    /// <summary>The outputs, fresh or in the memory of the residual.</summary>
    public Tensor[] Forward(Tensor[] inputs, Tensor weight, Tensor? bias, PostOps postOps, PackedWeight? packed)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return Array.ConvertAll(Forward(inputs, postOps.Fold(weight), bias, postOps.Residual, postOps.OverwritesResidual, packed), output => output.MoveToOuterDisposeScope());
    }

    /// <summary>Gradients with respect to the inputs and the weight, from those of the convolution's output before bias and post-ops.</summary>
    /// <returns>dX for each input, where <paramref name="wantsInputs"/>, and dW, where <paramref name="wantsWeight"/>.</returns>
    public (Tensor?[] Inputs, Tensor? Weight) Backward(Tensor[] gradients, Tensor[] inputs, Tensor weight, bool[] wantsInputs, bool wantsWeight)
    {
        var (width, space) = (stride, padding);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        if (IsWidened(weight))
        {
            var (dx, dw) = Backward(Array.ConvertAll(gradients, Widen), Array.ConvertAll(inputs, Widen), Widen(weight), wantsInputs, wantsWeight);
            return (Array.ConvertAll(dx, one => one?.to(ScalarType.BFloat16).MoveToOuterDisposeScope()), dw?.to(ScalarType.BFloat16).MoveToOuterDisposeScope());
        }

        var tiles = Tiles(inputs);
        var inputGradients = new Tensor?[inputs.Length];
        if (Array.Exists(wantsInputs, wanted => wanted))
        {
            var wanted = Enumerable.Range(0, inputs.Length).Where(i => wantsInputs[i]).ToArray();
            Tensor[] wantedGradients = [.. wanted.Select(i => gradients[i])];
            var results = IsPointwise(weight) ? PointwiseConvolution.InputGradients(wantedGradients, weight)
                : UsesWinograd(weight, tiles, isConstant: false) ? WinogradConvolution.ForwardOnce(wantedGradients, weight, isFlipped: true, bias: null, relu: false)
                : [.. wanted.Select(i => OneDnn.InputGradient(gradients[i], inputs[i], weight, width, space))];
            for (var i = 0; i < wanted.Length; i++)
                inputGradients[wanted[i]] = results[i].MoveToOuterDisposeScope();
        }

        if (!wantsWeight)
            return (inputGradients, null);
        // No weight is transformed for its gradient: Winograd's pays for fewer tiles, too.
        var weightGradient = IsPointwise(weight) ? PointwiseConvolution.WeightGradient(inputs, gradients)
            : UsesWinograd(weight, tiles, isConstant: true) ? WinogradConvolution.WeightGradient(inputs, gradients)
            : Enumerable.Range(0, inputs.Length).Select(i => OneDnn.WeightGradient(gradients[i], inputs[i], weight, width, space)).Aggregate((sum, term) => sum.AddInPlace(term));
        return (inputGradients, weightGradient.MoveToOuterDisposeScope());
    }

    private Tensor[] Forward(Tensor[] inputs, Tensor weight, Tensor? bias, Tensor? residual, bool overwritesResidual, PackedWeight? packed)
    {
        if (IsWidened(weight))
        {
            var self = this;
            var outputs = Forward(Array.ConvertAll(inputs, Widen), Widen(weight), bias is null ? null : Widen(bias), residual is null ? null : Widen(residual), overwritesResidual: true, packed);
            return Array.ConvertAll(outputs, output => output.to(ScalarType.BFloat16));
        }

        var maps = Array.ConvertAll(inputs, input => input.ChannelsLast());
        if (UsesWinograd(weight, Tiles(maps), isConstant: packed is not null))
        {
            Tensor[]? residuals = residual is null ? null : [residual.ChannelsLast()];
            return packed is null
                ? WinogradConvolution.ForwardOnce(maps, weight, isFlipped: false, bias, relu, residuals)
                : WinogradConvolution.Forward(maps, packed.Winograd(() => WinogradConvolution.TransformWeight(weight)), bias, relu, residuals);
        }

        var (width, space) = (stride, padding);
        var layout = packed?.Reordered(() => OneDnn.Reorder(weight, width, space, maps[0].shape)) ?? weight;
        var results = new Tensor[maps.Length];
        for (var i = 0; i < maps.Length; i++)
        {
            var output = residual is null
                ? OneDnn.Forward(maps[i], layout, bias, stride, padding, relu)
                : OneDnn.ForwardInto(overwritesResidual ? residual.ChannelsLast() : Copy(residual), maps[i], layout, bias, stride, padding, relu);
            // Of one channel, or one pixel, the input has both memory formats, and oneDNN's output either.
            results[i] = output.IsChannelsLast() ? output : output.ChannelsLast();
        }

        return results;
    }

    private bool IsPointwise(Tensor weight) => stride == 1 && padding == 0 && weight.shape is [_, _, 1, 1];

    private static bool IsWidened(Tensor weight) => !HasBf16 && weight.dtype == ScalarType.BFloat16;

    private static Tensor Widen(Tensor tensor) => tensor.to(ScalarType.Float32);

    private static Tensor Copy(Tensor tensor)
    {
        using var map = tensor.ChannelsLast();
        return map.clone();
    }

    private static long Tiles(Tensor[] maps) => maps.Sum(WinogradConvolution.Tiles);

    private bool UsesWinograd(Tensor weight, long tiles, bool isConstant) =>
        stride == 1 && padding == 1 && weight.dtype == ScalarType.Float32 && weight.shape is [var outputs, var inputs, 3, 3] && WinogradConvolution.IsFaster(inputs, outputs, tiles, isConstant);
}
