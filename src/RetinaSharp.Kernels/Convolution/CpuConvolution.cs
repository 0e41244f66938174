using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// Convolutions on the CPU and their gradients, without autograd. It selects the kernel, Winograd or oneDNN; where oneDNN is not reliable,
/// LibTorch's own. Without AVX-512, oneDNN has no bf16 kernels: tensors are then converted to fp32 and results are rounded to bf16, which
/// gives the same as a bf16 kernel.
/// </summary>
/// <param name="stride">Stride of the convolution.</param>
/// <param name="padding">Zero padding on each side of the input.</param>
/// <param name="relu">Whether ReLU is applied to the output.</param>
internal readonly struct CpuConvolution(int stride, int padding, bool relu)
{
    public bool Relu => relu;

    /// <summary>Returns whether a Winograd or oneDNN kernel supports the type and device of these tensors.</summary>
    public static bool Supports(Tensor input, Tensor weight) =>
        FusedKernels.AreEnabled && OneDnn.IsAvailable && input.device_type == DeviceType.CPU && input.dtype is ScalarType.Float32 or ScalarType.BFloat16 && weight.dtype == input.dtype;

    /// <summary>
    /// Computes the convolution's output for each input, in a new tensor or, if <see cref="PostOps.OverwritesResidual"/> allows it, in the
    /// memory of the residual.
    /// </summary>
    public Tensor[] Forward(Tensor[] inputs, Tensor weight, Tensor? bias, PostOps postOps, PackedWeight? packed)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return Array.ConvertAll(Forward(inputs, postOps.Fold(weight), bias, postOps.Residual, postOps.OverwritesResidual, packed), output => output.MoveToOuterDisposeScope());
    }

    /// <summary>
    /// Computes the gradients of the loss with respect to the inputs and the weight. <paramref name="gradients"/> are the gradients with
    /// respect to the convolution's outputs before bias and post-ops.
    /// </summary>
    /// <returns>
    /// dX for each input that <paramref name="needsInputs"/> selects, and dW if <paramref name="needsWeight"/> is set; null for the others.
    /// </returns>
    public (Tensor?[] Inputs, Tensor? Weight) Backward(Tensor[] gradients, Tensor[] inputs, Tensor weight, bool[] needsInputs, bool needsWeight)
    {
        var (strides, paddings) = (stride, padding);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var tiles = Tiles(inputs);
        if (NeedsFp32(weight) && !UsesWinograd(weight, tiles, WinogradPass.Once))
        {
            var (dx, dw) = Backward(Array.ConvertAll(gradients, ToFp32), Array.ConvertAll(inputs, ToFp32), ToFp32(weight), needsInputs, needsWeight);
            return (Array.ConvertAll(dx, one => one?.to(ScalarType.BFloat16).MoveToOuterDisposeScope()), dw?.to(ScalarType.BFloat16).MoveToOuterDisposeScope());
        }

        var inputGradients = new Tensor?[inputs.Length];
        if (Array.Exists(needsInputs, needed => needed))
        {
            var needed = Enumerable.Range(0, inputs.Length).Where(i => needsInputs[i]).ToArray();
            Tensor[] neededGradients = [.. needed.Select(i => gradients[i])];
            var results = UsesWinograd(weight, tiles, WinogradPass.Once)
                ? WinogradConvolution.ForwardOnce(neededGradients, weight, isFlipped: true, bias: null, relu: false)
                : [.. needed.Select(i => OneDnn.InputGradient(gradients[i], inputs[i], weight, strides, paddings))];
            for (var i = 0; i < needed.Length; i++)
                inputGradients[needed[i]] = results[i].MoveToOuterDisposeScope();
        }

        if (!needsWeight)
            return (inputGradients, null);
        var weightGradient = UsesWinograd(weight, tiles, WinogradPass.WeightGradient)
            ? WinogradConvolution.WeightGradient(inputs, gradients)
            : Enumerable.Range(0, inputs.Length).Select(i => OneDnn.WeightGradient(gradients[i], inputs[i], weight, strides, paddings)).Aggregate((sum, term) => sum.AddInPlace(term));
        return (inputGradients, weightGradient.MoveToOuterDisposeScope());
    }

    private Tensor[] Forward(Tensor[] inputs, Tensor weight, Tensor? bias, Tensor? residual, bool overwritesResidual, PackedWeight? packed)
    {
        var maps = Array.ConvertAll(inputs, input => input.ChannelsLast());
        if (UsesWinograd(weight, Tiles(maps), packed is null ? WinogradPass.Once : WinogradPass.PackedWeight))
        {
            Tensor[]? residuals = residual is null ? null : [residual.ChannelsLast()];
            return packed is null
                ? WinogradConvolution.ForwardOnce(maps, weight, isFlipped: false, bias, relu, residuals)
                : WinogradConvolution.Forward(maps, packed.Winograd(() => WinogradConvolution.TransformWeight(weight)), bias, relu, residuals);
        }

        if (NeedsFp32(weight))
        {
            var outputs = Forward(Array.ConvertAll(maps, ToFp32), ToFp32(weight), bias is null ? null : ToFp32(bias), residual is null ? null : ToFp32(residual), overwritesResidual: true, packed);
            return Array.ConvertAll(outputs, output => output.to(ScalarType.BFloat16));
        }

        var (strides, paddings) = (stride, padding);
        if (!OneDnn.IsReliable)
        {
            var postOps = new PostOps(residual, relu);
            return Array.ConvertAll(maps, map => ComposedConvolution.Forward(map, weight, bias, strides, paddings, postOps));
        }

        var results = new Tensor[maps.Length];
        for (var i = 0; i < maps.Length; i++)
        {
            var shape = maps[i].shape;
            var layout = packed?.Reordered(shape, () => OneDnn.Reorder(weight, strides, paddings, shape)) ?? weight;
            var output = residual is null
                ? OneDnn.Forward(maps[i], layout, bias, stride, padding, relu)
                : OneDnn.ForwardInto(overwritesResidual ? residual.ChannelsLast() : Copy(residual), maps[i], layout, bias, stride, padding, relu);
            // With one channel or one pixel, the input has both memory formats, contiguous and channels-last, and oneDNN may return either.
            results[i] = output.IsChannelsLast() ? output : output.ChannelsLast();
        }

        return results;
    }

    private static bool NeedsFp32(Tensor weight) => !(CpuFeatures.HasAvx512 && OneDnn.IsReliable) && weight.dtype == ScalarType.BFloat16;

    private static Tensor ToFp32(Tensor tensor) => tensor.to(ScalarType.Float32);

    private static Tensor Copy(Tensor tensor)
    {
        using var map = tensor.ChannelsLast();
        return map.clone();
    }

    private static long Tiles(Tensor[] maps) => maps.Sum(WinogradConvolution.Tiles);

    // With AMX, oneDNN's bf16 kernels are faster than the Winograd kernel, which computes in fp32; with AVX512-BF16 alone they are not.
    private bool UsesWinograd(Tensor weight, long tiles, WinogradPass pass) =>
        stride == 1 && padding == 1 && !(CpuFeatures.HasAmxBf16 && OneDnn.IsReliable && weight.dtype == ScalarType.BFloat16) && weight.shape is [var outputs, var inputs, 3, 3] && WinogradConvolution.IsFaster(weight.dtype, Math.Min(inputs, outputs), tiles, pass);
}
