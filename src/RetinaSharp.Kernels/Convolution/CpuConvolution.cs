using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// Convolutions on the CPU, forward and their gradients, outside of the graph. Chooses the kernel: Winograd's, or oneDNN's. Where a CPU has no AVX-512,
/// oneDNN has no kernels for bf16: tensors are widened to fp32, and results are rounded to bf16, which is what a kernel for bf16 computes.
/// </summary>
/// <param name="stride">Stride of the kernel.</param>
/// <param name="padding">Zeros around the input.</param>
/// <param name="relu">Whether ReLU follows.</param>
internal readonly struct CpuConvolution(int stride, int padding, bool relu)
{
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
        var tiles = Tiles(inputs);
        if (IsWidened(weight) && !UsesWinograd(weight, tiles, WinogradUse.Once))
        {
            var (dx, dw) = Backward(Array.ConvertAll(gradients, Widen), Array.ConvertAll(inputs, Widen), Widen(weight), wantsInputs, wantsWeight);
            return (Array.ConvertAll(dx, one => one?.to(ScalarType.BFloat16).MoveToOuterDisposeScope()), dw?.to(ScalarType.BFloat16).MoveToOuterDisposeScope());
        }

        var inputGradients = new Tensor?[inputs.Length];
        if (Array.Exists(wantsInputs, wanted => wanted))
        {
            var wanted = Enumerable.Range(0, inputs.Length).Where(i => wantsInputs[i]).ToArray();
            Tensor[] wantedGradients = [.. wanted.Select(i => gradients[i])];
            var results = UsesWinograd(weight, tiles, WinogradUse.Once)
                ? WinogradConvolution.ForwardOnce(wantedGradients, weight, isFlipped: true, bias: null, relu: false)
                : [.. wanted.Select(i => OneDnn.InputGradient(gradients[i], inputs[i], weight, width, space))];
            for (var i = 0; i < wanted.Length; i++)
                inputGradients[wanted[i]] = results[i].MoveToOuterDisposeScope();
        }

        if (!wantsWeight)
            return (inputGradients, null);
        var weightGradient = UsesWinograd(weight, tiles, WinogradUse.WeightGradient)
            ? WinogradConvolution.WeightGradient(inputs, gradients)
            : Enumerable.Range(0, inputs.Length).Select(i => OneDnn.WeightGradient(gradients[i], inputs[i], weight, width, space)).Aggregate((sum, term) => sum.AddInPlace(term));
        return (inputGradients, weightGradient.MoveToOuterDisposeScope());
    }

    private Tensor[] Forward(Tensor[] inputs, Tensor weight, Tensor? bias, Tensor? residual, bool overwritesResidual, PackedWeight? packed)
    {
        var maps = Array.ConvertAll(inputs, input => input.ChannelsLast());
        if (UsesWinograd(weight, Tiles(maps), packed is null ? WinogradUse.Once : WinogradUse.PackedWeight))
        {
            Tensor[]? residuals = residual is null ? null : [residual.ChannelsLast()];
            return packed is null
                ? WinogradConvolution.ForwardOnce(maps, weight, isFlipped: false, bias, relu, residuals)
                : WinogradConvolution.Forward(maps, packed.Winograd(() => WinogradConvolution.TransformWeight(weight)), bias, relu, residuals);
        }

        if (IsWidened(weight))
        {
            var outputs = Forward(Array.ConvertAll(maps, Widen), Widen(weight), bias is null ? null : Widen(bias), residual is null ? null : Widen(residual), overwritesResidual: true, packed);
            return Array.ConvertAll(outputs, output => output.to(ScalarType.BFloat16));
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

    private static bool IsWidened(Tensor weight) => !CpuFeatures.HasAvx512 && weight.dtype == ScalarType.BFloat16;

    private static Tensor Widen(Tensor tensor) => tensor.to(ScalarType.Float32);

    private static Tensor Copy(Tensor tensor)
    {
        using var map = tensor.ChannelsLast();
        return map.clone();
    }

    private static long Tiles(Tensor[] maps) => maps.Sum(WinogradConvolution.Tiles);

    // What AMX gains in bf16 is more than Winograd's kernel does in fp32; what AVX512-BF16 gains is not.
    private bool UsesWinograd(Tensor weight, long tiles, WinogradUse use) =>
        stride == 1 && padding == 1 && !(CpuFeatures.HasAmxBf16 && weight.dtype == ScalarType.BFloat16) && weight.shape is [var outputs, var inputs, 3, 3] && WinogradConvolution.IsFaster(weight.dtype, Math.Min(inputs, outputs), tiles, use);
}
